import { text } from 'node:stream/consumers';
import { RenderSpec } from '@reelmesh/contracts/shot';
import { AppError } from '@reelmesh/domain';
import { openFrameEncoder } from '@reelmesh/media';
import { drawFrame } from './frame.ts';
import { frameCanvas, prepareShot } from './shot.ts';
import type { WorkerLine, WorkerOrder } from './worker-protocol.ts';

const order = JSON.parse(await text(process.stdin)) as WorkerOrder;
try {
  await render(RenderSpec.fromJSON(order.spec), order.output);
} catch (error) {
  const { code, reason, message, retryable } = AppError.from(error);
  tell({ failure: { code, reason, message, retryable } });
  process.exitCode = 1;
}

async function render(spec: RenderSpec, output: string): Promise<void> {
  const { width, height, fps } = spec;
  const frames = fps * spec.seconds;
  const shot = prepareShot(spec);
  const canvas = frameCanvas(spec);
  const encoder = await openFrameEncoder({ width, height, fps, output });
  let taken: Promise<void> = Promise.resolve();
  for (let index = 0; index < frames; index++) {
    drawFrame(canvas, shot, index);
    const pixels = canvas.data();
    // One frame may be on its way into the encoder while the next is drawn.
    await taken;
    taken = encoder.write(pixels);
    tell({ frame: index + 1, frames });
  }
  await taken;
  await encoder.finish();
}

function tell(line: WorkerLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
