import { open } from 'node:fs/promises';

const MAX_BOXES = 64;

/** The types of a file's top-level MP4 boxes in order (ISO/IEC 14496-12, 4.2): `ftyp`, `moov`, `mdat`. */
export async function readBoxes(path: string): Promise<readonly string[]> {
  await using file = await open(path);
  const { size: end } = await file.stat();
  const header = Buffer.alloc(16);
  const boxes: string[] = [];
  for (let offset = 0; offset + 8 <= end && boxes.length < MAX_BOXES;) {
    await file.read(header, 0, 16, offset);
    boxes.push(header.toString('latin1', 4, 8));
    offset += boxSize(header, end - offset);
  }
  return boxes;
}

/** 1 stands for a 64-bit size behind the type, 0 for the rest of the file. */
function boxSize(header: Buffer, rest: number): number {
  const size = header.readUInt32BE(0);
  if (size === 0) return rest;
  return Math.max(8, size === 1 ? Number(header.readBigUInt64BE(8)) : size);
}
