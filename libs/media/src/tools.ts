import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { AppError, Code } from '@reelmesh/domain';
import { type ToolSettings, toolSettings } from './config.ts';

export type Tool = 'ffmpeg' | 'ffprobe';

/**
 * The path of a media program: the configured one, else the first on PATH.
 * FAILED_PRECONDITION (TOOL_MISSING) says how to get it.
 */
export async function findTool(tool: Tool, settings: ToolSettings = toolSettings(tool)): Promise<string> {
  const variable = `REELMESH_MEDIA__${tool.toUpperCase()}`;
  if (settings.configured !== undefined) {
    if (await isProgram(settings.configured)) return settings.configured;
    throw missing(tool, `${variable} names ${settings.configured}, which is no program that can be run`);
  }
  for (const folder of settings.searchPath.split(delimiter)) {
    const path = join(folder, tool);
    if (folder !== '' && (await isProgram(path))) return path;
  }
  throw missing(tool, `${tool} is not on PATH`);
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function missing(tool: Tool, what: string): AppError {
  const way = `install it with "apt-get install ffmpeg" or "brew install ffmpeg", or set REELMESH_MEDIA__${tool.toUpperCase()} to its path`;
  return new AppError(Code.FAILED_PRECONDITION, `${what}: ${way}`, {
    reason: 'TOOL_MISSING',
    details: { tool },
  });
}
