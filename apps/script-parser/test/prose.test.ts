import { expect, test } from 'vitest';
import { parse, shotsOf } from './documents.ts';

test('paragraphs are action, quotes are speech with the speaker that the sentence names', () => {
  const document = parse(
    'The rain fell at midnight on the old pier.\n\n"We are late," said Mara. Tomas whispered, "I know."\n',
  );

  expect(document).toMatchObject({ format: 'SCRIPT_FORMAT_PROSE', language: 'en' });
  expect(document.scenes).toMatchObject([
    { weather: 'WEATHER_RAIN', timeOfDay: 'TIME_OF_DAY_NIGHT', inferred: ['time_of_day', 'int_ext'] },
  ]);
  expect(
    shotsOf(document).flatMap(({ speeches }) => speeches.map(({ speaker, text }) => `${speaker}: ${text}`)),
  ).toEqual(['Mara: We are late,', 'Tomas: I know.']);
});

test('Chinese prose is read the same way', () => {
  const document = parse(
    '深夜，林夏站在空荡荡的站台上，雪花落了一身。\n\n林夏低声说：“我等了你三年。”\n\n顾言没有回头。\n',
  );

  expect(document).toMatchObject({ format: 'SCRIPT_FORMAT_PROSE', language: 'zh' });
  expect(shotsOf(document).flatMap(({ speeches }) => speeches)).toMatchObject([
    { speaker: '林夏', text: '我等了你三年。' },
  ]);
});

test('rulers and chapters begin scenes', () => {
  expect(
    parse('He walked out alone.\n\n***\n\nShe waited by the sea.\n\n# Later\n\nNobody came that day.\n')
      .scenes,
  ).toHaveLength(3);
});

test('what is said never reaches a description', () => {
  const document = parse('Bob ran to the door. "Secret words of mine," said Bob. He stopped at once.\n');

  expect(
    shotsOf(document)
      .map(({ description }) => description)
      .join(),
  ).not.toContain('Secret');
});
