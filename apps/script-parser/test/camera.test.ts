import { expect, test } from 'vitest';
import { readChineseCamera } from '../src/camera-chinese.ts';
import { readEnglishCamera } from '../src/camera-english.ts';
import { weatherOf } from '../src/light.ts';
import { codesOf, parse } from './documents.ts';

test.each([
  ['CLOSE ON the cup.', 'CU', 'The cup.'],
  ['EXTREME CLOSE UP of an eye.', 'ECU', 'An eye.'],
  ['ANGLE ON: the door', 'CU', 'The door'],
  ['WIDE SHOT - the valley', 'LS', 'The valley'],
  ['We PUSH IN on Mara.', 'PUSH_IN', 'We PUSH IN on Mara.'],
  ['WHIP PAN to the window.', 'WHIP_PAN', 'The window.'],
  ['OVER THE SHOULDER: Tomas.', 'OVER_SHOULDER', 'Tomas.'],
])('%s is a directive', (line, code, rest) => {
  const { camera, text } = readEnglishCamera(line);

  expect(JSON.stringify(camera)).toContain(`_${code}"`);
  expect(text).toBe(rest);
});

test.each([
  'A CRANE lifts its wings.',
  'He washes a PAN.',
  'They stand close on the pier.',
  'She zooms in and tilts up her chin.',
])('%s is no directive', (line) => {
  expect(readEnglishCamera(line)).toEqual({ camera: undefined, text: line });
});

test.each([
  ['【特写】手指发白。', 'CU', '手指发白。'],
  ['【大特写】眼泪。', 'ECU', '眼泪。'],
  ['【中近景，仰拍】林夏。', 'LOW', '林夏。'],
  ['镜头推近，林夏抬头。', 'PUSH_IN', '林夏抬头。'],
  ['特写：一封信。', 'CU', '一封信。'],
  ['【镜头语言：特写】信。', 'CU', '信。'],
  ['航拍老街全貌。', 'AERIAL', '航拍老街全貌。'],
])('%s is a directive', (line, code, rest) => {
  const { camera, text } = readChineseCamera(line);

  expect(JSON.stringify(camera)).toContain(`_${code}"`);
  expect(text).toBe(rest);
});

test.each([
  '林夏推开门，拉上窗帘。',
  '他摇头，跟着走了。',
  '顾言特别难过。',
  '他升职了。',
  '报纸上登着全景照片。',
])('%s is no directive', (line) => {
  expect(readChineseCamera(line)).toEqual({ camera: undefined, text: line });
});

test('of two moves the first is kept, and the writer is told', () => {
  const document = parse('INT. ROOM - DAY\n\nPUSH IN on Bob, then TILT UP to the lamp.\n');

  expect(document.scenes[0]!.shots[0]!.move).toBe('CAMERA_MOVE_PUSH_IN');
  expect(codesOf(document)).toEqual(['CAMERA_MULTI_MOVE']);
});

test.each([
  ['Rain drums on the roof.', 'RAIN'],
  ['The rain has stopped. Snow lies on the hills.', 'CLEAR'],
  ['A snow globe on the shelf.', 'UNSPECIFIED'],
  ['She trains for the brainstorm.', 'UNSPECIFIED'],
  ['Thunder. Then rain.', 'STORM'],
  ['暴雨如注。', 'RAIN'],
  ['雨过天晴，路还湿着。', 'CLEAR'],
  ['他的风格很怪，雪白的墙。', 'UNSPECIFIED'],
  ['雷雨将至。', 'STORM'],
  ['清晨薄雾弥漫。', 'FOG'],
])('%s', (text, weather) => {
  expect(weatherOf(text)).toBe(`WEATHER_${weather}`);
});
