#!/usr/bin/env node
// The CLI where everything is set up already (an image, an installed package): needs Node 24.12 or newer.
import '../src/main.ts';
