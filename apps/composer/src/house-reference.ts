import { join } from 'node:path';
import { AppError, Code } from '@reelmesh/domain';
import { HOUSE_PIXELS, houseVideoArgs, probe, runFfmpeg, type VideoForm } from '@reelmesh/media';
import type { WorkFolders } from './work-folder.ts';

/** The hash of the codec parameters that the house's encoder writes for this form: one black frame is encoded to see them. */
export async function encodeReference(form: VideoForm, folders: WorkFolders): Promise<string> {
  await using folder = await folders.open();
  const output = join(folder.path, 'reference.mov');
  const black = `color=black:size=${form.width}x${form.height}:rate=${form.fps}`;
  const args = ['-f', 'lavfi', '-i', black, '-frames:v', '1', '-vf', HOUSE_PIXELS, ...houseVideoArgs(form)];
  await runFfmpeg([...args, '-f', 'mov', `file:${output}`], { timeoutMs: 60_000 });
  const found = await probe(output);
  const hash = found.video[0]?.extradataHash;
  if (hash) return hash;
  throw new AppError(Code.INTERNAL, 'the encoder writes no codec parameters', { reason: 'FFMPEG_FAILED' });
}
