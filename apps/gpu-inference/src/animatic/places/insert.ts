import { css, mix, rgb, scale } from '../scene/colour.ts';
import { box, disc, glow, lit, polygon, pool, shade, stroke, type Stage } from '../scene/stage.ts';

interface Prop {
  readonly words: RegExp;
  readonly paint: (s: Stage) => void;
}

/** What an insert shows: the first word of the description that names one of these. */
const props: readonly Prop[] = [
  { words: /lantern|candle|灯笼|蜡烛|油灯|提灯/i, paint: lantern },
  { words: /\bbowl|noodle|soup|\bcup|coffee|\btea\b|碗|面汤|汤|杯|荷包蛋|饭|茶/i, paint: bowl },
  { words: /phone|screen|手机|屏幕|电话/i, paint: phone },
  { words: /violin|fiddle|\bcello|琴/i, paint: instrumentCase },
  { words: /\bcase\b|suitcase|luggage|\bbag\b|箱|包/i, paint: trunk },
  { words: /photo|picture|portrait|照片|相片|合影/i, paint: photograph },
  { words: /clock|watch\b|钟表|手表|怀表|时钟/i, paint: clock },
  { words: /letter|note\b|paper|ticket|contract|notice|envelope|信|纸|票|书|合同|日记/i, paint: letter },
];

/** Paints the thing that a close shot without people is about; undefined when its description names none that is known. */
export function insertOf(description: string): ((s: Stage) => void) | undefined {
  const found = props
    .map((prop) => ({ prop, at: description.search(prop.words) }))
    .filter(({ at }) => at >= 0)
    .toSorted((a, b) => a.at - b.at)[0]?.prop;
  return found?.paint;
}

/** What the thing lies on. */
export function paintTable(s: Stage): void {
  const wood = lit(s, '#7a5335');
  shade(s, -s.reach, 0.1, s.reach * 2, s.reachY, [
    [0, mix(wood, s.palette.haze, 0.35)],
    [0.12, wood],
    [0.5, scale(wood, 0.55)],
    [1, scale(wood, 0.4)],
  ]);
  for (let grain = 0; grain < 26; grain++) {
    const y = 0.11 + s.random.next() ** 1.5 * 0.5;
    stroke(s, [[-s.reach, y], [s.reach, y + s.random.between(-0.004, 0.004)]], 0.0014, scale(wood, 0.5), 0.45); // prettier-ignore
  }
  pool(s, s.palette.keySide * 0.1, 0.24, 0.36, 0.13, s.palette.key, 0.28);
  pool(s, -s.palette.keySide * 0.03, 0.25, 0.25, 0.05, [0, 0, 0], 0.6);
}

function bowl(s: Stage): void {
  const china = lit(s, '#e8e2d6');
  const gradient = s.g.createLinearGradient(-0.2, 0, 0.2, 0);
  const bright = s.palette.keySide > 0 ? [0.45, 1.05] : [1.05, 0.45];
  gradient.addColorStop(0, css(scale(china, bright[0] ?? 1)));
  gradient.addColorStop(1, css(scale(china, bright[1] ?? 1)));
  s.g.fillStyle = gradient;
  s.g.beginPath();
  s.g.moveTo(-0.2, 0.06);
  s.g.bezierCurveTo(-0.18, 0.2, -0.09, 0.25, -0.08, 0.26);
  s.g.lineTo(0.08, 0.26);
  s.g.bezierCurveTo(0.09, 0.25, 0.18, 0.2, 0.2, 0.06);
  s.g.fill();
  disc(s, 0, 0.06, 0.2, 0.062, china);
  disc(s, 0, 0.064, 0.183, 0.053, lit(s, '#9a5a2c'));
  for (let noodle = -3; noodle <= 3; noodle++) stroke(s, [[noodle * 0.03 - 0.04, 0.05], [noodle * 0.034, 0.075], [noodle * 0.03 + 0.045, 0.055]], 0.008, lit(s, '#e5c583')); // prettier-ignore
  disc(s, 0.055, 0.06, 0.062, 0.022, lit(s, '#f4efe2'));
  disc(s, 0.062, 0.056, 0.026, 0.012, lit(s, '#efa534'));
  for (const x of [-0.06, 0.01, 0.08]) pool(s, x, -0.07, 0.045, 0.15, [255, 255, 255], 0.16);
  for (const y of [0, 0.014]) stroke(s, [[0.08, 0.03 + y], [0.3, -0.13 + y]], 0.008, lit(s, '#4a2d1c')); // prettier-ignore
}

function letter(s: Stage): void {
  const paper = lit(s, '#efe6d0');
  polygon(s, [[-0.17, 0.02], [0.14, -0.02], [0.2, 0.25], [-0.16, 0.29]], paper); // prettier-ignore
  polygon(
    s,
    [
      [-0.165, 0.15],
      [0.17, 0.11],
      [0.2, 0.25],
      [-0.16, 0.29],
    ],
    scale(paper, 0.88),
  );
  for (let line = 0; line < 7; line++) {
    const y = 0.06 + line * 0.03;
    stroke(s, [[-0.13, y], [0.12 - (line % 3) * 0.03, y - 0.03]], 0.005, lit(s, '#4a4650'), 0.75); // prettier-ignore
  }
  disc(s, 0.11, 0.2, 0.032, 0.03, lit(s, '#b5332b'), 0.85);
}

function photograph(s: Stage): void {
  polygon(s, [[-0.16, -0.02], [0.15, 0.02], [0.13, 0.27], [-0.18, 0.23]], lit(s, '#f1ece0')); // prettier-ignore
  polygon(s, [[-0.143, 0], [0.133, 0.036], [0.118, 0.215], [-0.158, 0.18]], lit(s, '#8d8068')); // prettier-ignore
  for (const [x, k] of [
    [-0.055, 1],
    [0.045, 0.86],
  ] as const) {
    disc(s, x, 0.085, 0.025 * k, 0.03 * k, lit(s, '#d8bfa0'));
    disc(s, x, 0.175, 0.05 * k, 0.06 * k, lit(s, '#4d4437'));
  }
}

function phone(s: Stage): void {
  polygon(s, [[-0.1, -0.06], [0.09, -0.08], [0.13, 0.25], [-0.1, 0.28]], [14, 15, 18]); // prettier-ignore
  polygon(s, [[-0.088, -0.045], [0.08, -0.064], [0.117, 0.236], [-0.088, 0.264]], rgb('#bcd8f2')); // prettier-ignore
  for (let row = 0; row < 4; row++) polygon(s, [[-0.07, row * 0.06], [0.06 - (row % 2) * 0.04, row * 0.06 - 0.012], [0.063 - (row % 2) * 0.04, row * 0.06 + 0.025], [-0.07, row * 0.06 + 0.037]], rgb(row % 2 ? '#7cc47f' : '#ffffff')); // prettier-ignore
  glow(s, 0, 0.09, 0.34, rgb('#a9d2ff'), 0.45);
}

function trunk(s: Stage): void {
  const leather = lit(s, '#6d3d22');
  s.g.beginPath();
  s.g.roundRect(-0.24, -0.02, 0.48, 0.27, 0.03);
  const gradient = s.g.createLinearGradient(0, -0.02, 0, 0.25);
  gradient.addColorStop(0, css(scale(leather, 1.25)));
  gradient.addColorStop(1, css(scale(leather, 0.5)));
  s.g.fillStyle = gradient;
  s.g.fill();
  box(s, -0.24, 0.085, 0.48, 0.008, scale(leather, 0.4));
  for (const x of [-0.15, 0.15]) box(s, x - 0.018, 0.07, 0.036, 0.04, lit(s, '#c9a24a'));
  stroke(s, [[-0.06, -0.02], [-0.05, -0.06], [0.05, -0.06], [0.06, -0.02]], 0.016, scale(leather, 0.7)); // prettier-ignore
  for (let stroked = 0; stroked < 5; stroked++) stroke(s, [[-0.07 + stroked * 0.03, 0.15], [-0.055 + stroked * 0.03, 0.185]], 0.007, scale(leather, 0.3)); // prettier-ignore
}

/** A violin's case, half a violin's outline each way, with worn letters in the leather. */
function instrumentCase(s: Stage): void {
  const leather = lit(s, '#5d3420');
  s.g.save();
  s.g.translate(0, 0.12);
  s.g.rotate(-0.16);
  s.g.scale(0.84, 0.84);
  s.g.beginPath();
  s.g.moveTo(-0.3, 0);
  s.g.bezierCurveTo(-0.31, -0.17, -0.14, -0.15, -0.07, -0.105);
  s.g.bezierCurveTo(0.02, -0.07, 0.1, -0.085, 0.3, -0.06);
  s.g.quadraticCurveTo(0.345, 0, 0.3, 0.06);
  s.g.bezierCurveTo(0.1, 0.085, 0.02, 0.07, -0.07, 0.105);
  s.g.bezierCurveTo(-0.14, 0.15, -0.31, 0.17, -0.3, 0);
  const gradient = s.g.createLinearGradient(0, -0.14, 0, 0.14);
  gradient.addColorStop(0, css(scale(leather, 1.5)));
  gradient.addColorStop(0.45, css(leather));
  gradient.addColorStop(1, css(scale(leather, 0.45)));
  s.g.fillStyle = gradient;
  s.g.fill();
  s.g.lineWidth = 0.007;
  s.g.strokeStyle = css(scale(leather, 0.4));
  s.g.stroke();
  stroke(s, [[-0.05, 0.095], [-0.03, 0.13], [0.07, 0.115], [0.08, 0.08]], 0.013, scale(leather, 0.6)); // prettier-ignore
  for (const x of [-0.19, 0.19]) box(s, x, 0.055, 0.03, 0.032, lit(s, '#c9a24a'));
  for (let letter = 0; letter < 6; letter++) stroke(s, [[-0.2 + letter * 0.026, -0.02], [-0.19 + letter * 0.026, 0.02]], 0.006, scale(leather, 0.25)); // prettier-ignore
  s.g.restore();
}

function lantern(s: Stage): void {
  const iron = lit(s, '#2a2623');
  glow(s, 0, 0.06, 0.6, rgb('#ffb45a'), 0.75);
  stroke(s, [[-0.07, -0.1], [0, -0.19], [0.07, -0.1]], 0.01, iron); // prettier-ignore
  box(s, -0.1, -0.1, 0.2, 0.03, iron);
  polygon(s, [[-0.085, -0.07], [0.085, -0.07], [0.1, 0.22], [-0.1, 0.22]], rgb('#ffcf80'), 0.85); // prettier-ignore
  disc(s, 0, 0.11, 0.03, 0.07, rgb('#fff4d6'));
  for (const x of [-0.09, 0, 0.09]) box(s, x - 0.004, -0.07, 0.008, 0.29, iron);
  box(s, -0.12, 0.215, 0.24, 0.035, iron);
}

function clock(s: Stage): void {
  disc(s, 0, 0.06, 0.2, 0.2, lit(s, '#6b4c2c'));
  disc(s, 0, 0.06, 0.18, 0.18, lit(s, '#f0e8d4'));
  for (let hour = 0; hour < 12; hour++) {
    const a = (hour / 12) * Math.PI * 2;
    stroke(s, [[Math.cos(a) * 0.15, 0.06 + Math.sin(a) * 0.15], [Math.cos(a) * 0.165, 0.06 + Math.sin(a) * 0.165]], 0.008, lit(s, '#2b241d')); // prettier-ignore
  }
  stroke(s, [[0, 0.06], [-0.012, -0.06]], 0.012, lit(s, '#2b241d')); // prettier-ignore
  stroke(s, [[0, 0.06], [-0.03, -0.075]], 0.007, lit(s, '#2b241d')); // prettier-ignore
  disc(s, 0, 0.06, 0.012, 0.012, lit(s, '#2b241d'));
}
