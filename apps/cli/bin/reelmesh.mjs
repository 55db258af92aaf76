#!/usr/bin/env node
// The CLI where everything is set up already (an image, an installed package): needs Node 24.12 or newer.
import module from 'node:module';

// Compiled code is kept between runs, in NODE_COMPILE_CACHE or the system's temporary directory: halves the start.
module.enableCompileCache();
await import('../src/main.ts');
