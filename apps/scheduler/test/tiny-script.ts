import type { Document } from '@reelmesh/contracts/script';
import { invalid } from '@reelmesh/domain';

/**
 * The scripts of these tests: one shot a line, `what the camera sees` or `what the camera sees: what is said`.
 * INVALID_ARGUMENT (SCRIPT_EMPTY) for a script without a line.
 */
export function parseTinyScript(text: string): Document {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) throw invalid('SCRIPT_EMPTY', 'the script is empty');
  return {
    title: 'Tiny',
    format: 'SCRIPT_FORMAT_PROSE',
    language: 'en',
    encoding: 'utf-8',
    titlePage: [],
    scenes: [
      {
        id: 'scene',
        number: '1',
        heading: 'INT. ROOM - DAY',
        intExt: 'INT_EXT_INT',
        location: 'ROOM',
        timeOfDay: 'TIME_OF_DAY_DAY',
        weather: 'WEATHER_CLEAR',
        flashback: false,
        elements: [],
        shots: lines.map((line, index) => {
          const [description = '', said] = line.split(': ');
          const speech = {
            speaker: 'MARA',
            delivery: 'DELIVERY_ON_SCREEN',
            startMs: 0,
            durationMs: 1500,
          } as const;
          return {
            id: `s${index + 1}`,
            size: 'SHOT_SIZE_MS',
            angle: 'CAMERA_ANGLE_EYE_LEVEL',
            move: 'CAMERA_MOVE_STATIC',
            description,
            cast: [],
            speeches: said === undefined ? [] : [{ ...speech, text: said, source: undefined }],
            onScreenText: '',
            durationMs: 2000,
            sources: [],
            inferred: [],
            transitionIn: 'TRANSITION_KIND_CUT',
          };
        }),
        source: undefined,
        inferred: [],
        episode: '',
      },
    ],
    characters: [],
    diagnostics: [],
  };
}
