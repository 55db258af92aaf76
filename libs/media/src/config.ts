import { field, section, variableOf } from '@reelmesh/service';

/** Where the media programs are; unset means: on PATH. Shown and checked by the host, read where a program is started. */
export const mediaConfig = section('media', {
  ffmpeg: field.optional({ doc: 'path of the ffmpeg program; unset: the one on PATH' }),
  ffprobe: field.optional({ doc: 'path of the ffprobe program; unset: the one on PATH' }),
});

export interface ToolSettings {
  /** The path that somebody set for this tool. */
  readonly configured: string | undefined;
  /** Folders to search, as PATH lists them. */
  readonly searchPath: string;
}

export function toolSettings(tool: 'ffmpeg' | 'ffprobe'): ToolSettings {
  return {
    configured: process.env[variableOf('media', tool, mediaConfig.fields[tool])] || undefined,
    searchPath: process.env['PATH'] ?? '',
  };
}
