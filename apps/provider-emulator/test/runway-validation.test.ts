import { describe, expect, test } from 'vitest';
import { validateCreate } from '../src/runway/validation.ts';
import { CREATE, PNG, PNG_DATA_URI } from './runway-client.ts';

const uploads = (uri: string) =>
  ({ 'runway://known': { bytes: PNG }, 'runway://text': { bytes: Buffer.from('hi') } })[uri];

/** What is undefined does not travel. */
const sent = (body: object): unknown => JSON.parse(JSON.stringify(body));
const text = (changes: object) => validateCreate('text_to_video', sent({ ...CREATE, ...changes }), uploads);
const TURBO = { model: 'gen4_turbo', promptImage: PNG_DATA_URI, ratio: '720:1280' };
const image = (changes: object) => validateCreate('image_to_video', sent({ ...TURBO, ...changes }), uploads);

describe('text_to_video', () => {
  test.each([
    ['gen4.5, 4 s', { duration: 4 }, 48],
    ['gen4.5, 10 s', { duration: 10 }, 120],
    ['gen4.5 as ProRes', { outputFormat: 'prores' }, 68],
    ['gen4.5 as HDR', { outputFormat: 'hdr10' }, 128],
    ['veo3.1 with sound', { model: 'veo3.1' }, 160],
    ['veo3.1 silent', { model: 'veo3.1', audio: false }, 80],
    ['veo3.1_fast with sound', { model: 'veo3.1_fast', audio: true }, 60],
    ['veo3.1_fast silent', { model: 'veo3.1_fast', audio: false }, 40],
    ['veo3.1 of the default 8 s', { model: 'veo3.1', duration: undefined }, 320],
  ])('prices %s', (_title, changes, credits) => {
    expect(text(changes)).toMatchObject({ generation: { credits } });
  });

  test.each([
    ['no model', { model: undefined }, 'invalid_union_discriminator', ['model']],
    ['a model that takes images only', { model: 'gen4_turbo' }, 'invalid_union_discriminator', ['model']],
    ['a retired model', { model: 'gen3a_turbo' }, 'invalid_union_discriminator', ['model']],
    ['a name from the prototype', { model: 'constructor' }, 'invalid_union_discriminator', ['model']],
    ['no prompt', { promptText: undefined }, 'invalid_type', ['promptText']],
    ['an empty prompt', { promptText: '' }, 'too_small', ['promptText']],
    ['1001 UTF-16 units', { promptText: 'x'.repeat(1001) }, 'too_big', ['promptText']],
    ['501 emoji of two UTF-16 units', { promptText: '🎬'.repeat(501) }, 'too_big', ['promptText']],
    ['no ratio', { ratio: undefined }, 'invalid_type', ['ratio']],
    ['a ratio of images only', { ratio: '960:960' }, 'invalid_enum_value', ['ratio']],
    ['an aspect in place of a size', { ratio: '9:16' }, 'invalid_enum_value', ['ratio']],
    ['no duration', { duration: undefined }, 'invalid_type', ['duration']],
    ['1 s', { duration: 1 }, 'too_small', ['duration']],
    ['11 s', { duration: 11 }, 'too_big', ['duration']],
    ['4.5 s', { duration: 4.5 }, 'invalid_type', ['duration']],
    ['5 s of veo', { model: 'veo3.1', duration: 5 }, 'invalid_union', ['duration']],
    ['a text as duration', { duration: '4' }, 'invalid_type', ['duration']],
    ['a seed below 0', { seed: -1 }, 'too_small', ['seed']],
    ['a seed above 32 bits', { seed: 2 ** 32 }, 'too_big', ['seed']],
    ['negativePrompt on gen4.5', { negativePrompt: 'blur' }, 'unrecognized_keys', []],
    ['motion on gen4.5', { motion: 5 }, 'unrecognized_keys', []],
    ['an image', { promptImage: PNG_DATA_URI }, 'unrecognized_keys', []],
    ['an unknown format', { outputFormat: 'avi' }, 'invalid_enum_value', ['outputFormat']],
    ['a ProRes profile for mp4', { proresProfile: '4444' }, 'custom', ['proresProfile']],
    [
      'an unknown moderation level',
      { contentModeration: { publicFigureThreshold: 'high' } },
      'invalid_enum_value',
      ['contentModeration', 'publicFigureThreshold'],
    ],
  ])('refuses %s', (_title, changes, code, path) => {
    expect(text(changes)).toMatchObject({ issues: [{ code, path }] });
  });

  const seedance = { model: 'seedance2', audio: false };
  const reference = { uri: PNG_DATA_URI };

  test.each([
    ['seedance2 from references', { ...seedance, references: [reference, { uri: 'runway://known' }] }, 144],
    ['wan3', { model: 'wan3', seed: undefined, references: [reference] }, 80],
    ['hailuo3', { model: 'hailuo3', seed: undefined, ratio: '9:16', duration: 5, resolution: '768p' }, 100],
  ])('prices a model of a partner: %s', (_title, changes, credits) => {
    expect(text(changes)).toMatchObject({ generation: { credits } });
  });

  test.each([
    ['references on gen4.5', { references: [reference] }, 'unrecognized_keys', []],
    ['ten references', { ...seedance, references: Array(10).fill(reference) }, 'too_big', ['references']],
    [
      'a reference that is a text',
      { ...seedance, references: [PNG_DATA_URI] },
      'invalid_type',
      ['references', 0],
    ],
    [
      'a reference by http',
      { ...seedance, references: [{ uri: 'http://x.example/a.png' }] },
      'custom',
      ['references', 0, 'uri'],
    ],
    ['a seed on wan3', { model: 'wan3' }, 'unrecognized_keys', []],
    [
      '4k of hailuo3',
      { model: 'hailuo3', seed: undefined, ratio: '9:16', duration: 5, resolution: '4k' },
      'invalid_enum_value',
      ['resolution'],
    ],
    ['3501 units of seedance2', { ...seedance, promptText: 'x'.repeat(3501) }, 'too_big', ['promptText']],
  ])('refuses %s of a partner', (_title, changes, code, path) => {
    expect(text(changes)).toMatchObject({ issues: [{ code, path }] });
  });

  test('takes 1000 UTF-16 units', () => {
    expect(text({ promptText: '🎬'.repeat(500) })).toHaveProperty('generation');
  });

  test('names every problem at once, with the allowed ratios', () => {
    expect(text({ ratio: '1:1', duration: 99 })).toMatchObject({
      issues: [
        { message: "Invalid enum value. Expected '1280:720' | '720:1280', received '1:1'" },
        { message: 'Number must be less than or equal to 10' },
      ],
    });
  });
});

describe('image_to_video', () => {
  test('wants a shape that follows the image where a partner says so', () => {
    const wan = { model: 'wan3', duration: 5, promptText: 'x' };

    expect(image({ ...wan, ratio: 'auto_720p' })).toMatchObject({
      generation: { credits: 100, width: 1280 },
    });
    expect(image({ ...wan, ratio: '720:1280' })).toMatchObject({ issues: [{ path: ['ratio'] }] });
  });

  test.each([
    ['gen4_turbo without prompt and duration', {}, 50],
    ['gen4_turbo, 4 s', { duration: 4 }, 20],
    ['gen4.5', { model: 'gen4.5', promptText: 'x', duration: 2, ratio: '1584:672' }, 24],
    ['an upload', { promptImage: 'runway://known' }, 50],
    ['an https address', { promptImage: 'https://in.example/first.png' }, 50],
    ['a first frame in a list', { promptImage: [{ uri: PNG_DATA_URI, position: 'first' }] }, 50],
    [
      'first and last frame of veo',
      {
        model: 'veo3.1_fast',
        duration: 4,
        audio: false,
        promptImage: ['last', 'first'].map((position) => ({ uri: PNG_DATA_URI, position })),
      },
      40,
    ],
  ])('takes %s', (_title, changes, credits) => {
    expect(image(changes)).toMatchObject({ generation: { credits } });
  });

  test.each([
    ['no image', { promptImage: undefined }, ['promptImage']],
    ['gen4.5 without prompt', { model: 'gen4.5', duration: 4 }, ['promptText']],
    ['plain http', { promptImage: 'http://in.example/a.png' }, ['promptImage']],
    ['an IP address', { promptImage: 'https://10.0.0.1/a.png' }, ['promptImage']],
    ['an IPv6 address', { promptImage: 'https://[::1]/a.png' }, ['promptImage']],
    ['no address at all', { promptImage: 'a.png' }, ['promptImage']],
    [
      'an address of 2049 characters',
      { promptImage: `https://in.example/${'a'.repeat(2030)}` },
      ['promptImage'],
    ],
    ['an unknown upload', { promptImage: 'runway://gone' }, ['promptImage']],
    ['an upload that is no image', { promptImage: 'runway://text' }, ['promptImage']],
    ['a GIF', { promptImage: 'data:image/gif;base64,R0lGODlh' }, ['promptImage']],
    ['a data URI without base64', { promptImage: 'data:image/png,abc' }, ['promptImage']],
    ['a JPEG that is a PNG', { promptImage: PNG_DATA_URI.replace('png', 'jpeg') }, ['promptImage']],
    ['5 MB inline', { promptImage: `data:image/png;base64,${'A'.repeat(5 * 1024 * 1024)}` }, ['promptImage']],
    [
      'a last frame alone',
      { model: 'veo3.1', promptImage: [{ uri: PNG_DATA_URI, position: 'last' }] },
      ['promptImage'],
    ],
    ['an empty list', { promptImage: [] }, ['promptImage']],
  ])('refuses %s', (_title, changes, path) => {
    expect(image(changes)).toMatchObject({ issues: [{ path }] });
  });

  test('refuses a last frame on gen4_turbo at its place in the list', () => {
    expect(image({ promptImage: [{ uri: PNG_DATA_URI, position: 'last' }] })).toMatchObject({
      issues: [{ path: ['promptImage'] }, { path: ['promptImage', 0, 'position'] }],
    });
  });
});

test.each([[undefined], [null], ['text'], [[]]])('refuses %j as a body', (body) => {
  expect(validateCreate('text_to_video', body, uploads)).toMatchObject({
    issues: [{ code: 'invalid_type', path: [] }],
  });
});
