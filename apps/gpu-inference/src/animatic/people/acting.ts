import type { Picture } from '@reelmesh/contracts/shot';

export type Stance = 'stand' | 'walk' | 'run' | 'sit' | 'crouch';
export type Gesture =
  | 'hang' | 'pockets' | 'clasp' | 'hold' | 'hug' | 'raise' | 'reach' | 'bow-strings' | 'eat' | 'call' | 'blow' | 'shelter'
  | 'tear' | 'work' | 'lean' | 'fold'; // prettier-ignore
export type Thing =
  'case' | 'violin' | 'lantern' | 'umbrella' | 'bowl' | 'paper' | 'phone' | 'cup' | 'cap' | 'pen';
export type Mood = 'calm' | 'glad' | 'sad' | 'angry' | 'startled';

/** What somebody does in a shot, as far as a still figure can show it. */
export interface Acting {
  readonly stance: Stance;
  readonly gesture: Gesture;
  readonly thing: Thing | undefined;
  /** The thing is carried on the back or sat upon, so the hands are free. */
  readonly thingAt: 'hands' | 'back' | 'seat';
  readonly mood: Mood;
  /** Head down -1, level 0, up 1. */
  readonly head: -1 | 0 | 1;
  readonly speaks: boolean;
  readonly away: boolean;
  readonly leans: boolean;
}

type Words<T> = readonly (readonly [RegExp, T])[];

/** In every table the first match wins, so what is more special, or shows more, stands first. */
const stances: Words<Stance> = [
  [/\b(?:runs?|running|sprint|dash(?:es|ing)|rush|rac(?:es|ing)|flees?|chas(?:es|ing)|bolts)|跑|奔|冲(?=[出进向过上下])|追|逃/, 'run'],
  [/\b(?:sits?|sat|sitting|seat(?:ed)?\b|slump|(?:drops|sinks|settles) (?:down|in))|坐|伏案|驾驶|开车/, 'sit'],
  [/\b(?:kneels?|kneeling|crouch|squat|huddl|cower)|跪|蹲|蜷|缩/, 'crouch'],
  [/\b(?:walk|strid|stroll|wander|march|pac(?:es|ing)|steps? (?:into|through|out|over)|enters|crosses|approach|hurr(?:y|ies)|trudg)|走(?!廊)|踩|踏|迈|赶[来到往]/, 'walk'],
]; // prettier-ignore

const things: Words<Thing> = [
  [/\b(?:case|suitcase|trunk|briefcase|bag|backpack|parcel)\b|琴盒|箱|包裹|书包|背包|行李/, 'case'],
  [/\b(?:violin|fiddle|viola)\b|提琴|二胡/, 'violin'],
  [/\b(?:lantern|torch|flashlight|candle)|灯笼|提灯|马灯|手电|蜡烛/, 'lantern'],
  [/umbrella|parasol|伞/, 'umbrella'],
  [/\b(?:bowl|noodle|soup)|碗|面条|热面|热汽/, 'bowl'],
  [/\b(?:letter|note|paper|document|contract|ticket|photo|photograph|map|newspaper|envelope|book)s?\b|信(?!号|任)|通知书|文件|合同|照片|报纸|车票|书(?![包店房])|纸/, 'paper'],
  [/\b(?:tele)?phones?\b|手机|电话/, 'phone'],
  [/\b(?:cup|mug|glass of|coffee|tea)\b|杯|茶|咖啡/, 'cup'],
  [/\b(?:cap|hat)\b|帽/, 'cap'],
  [/\b(?:pen|pencil|brush)\b|笔/, 'pen'],
]; // prettier-ignore

const gestures: Words<Gesture> = [
  [/(?:play|lift|chin|bow|tun|pick)\w*\b.*\b(?:violin|fiddle|viola)\b(?! case)|拉.*[琴胡]|[琴胡].*[拉奏]/, 'bow-strings'],
  [/umbrella|parasol|伞/, 'shelter'],
  [/\b(?:rips|ripping|tears? (?:it|the|up|apart|her|his))|撕/, 'tear'],
  [/\b(?:eats?|eating|slurp|chew|bites|sips?|drinks?)\b|吃|夹起|喝|尝/, 'eat'],
  [/\b(?:hug|cradl|clutch|embrac|cling|hold\w* .* (?:close|tight))|抱|搂/, 'hug'],
  [/whistle|trumpet|flute|哨|吹/, 'blow'],
  [/\b(?:tele)?phones?\b|手机|电话/, 'call'],
  [/arms? (?:folded|crossed)|(?:folds?|crosses) (?:his|her|their) arms|抱臂/, 'fold'],
  [/\b(?:rais|lifts?\b|wav(?:es|ing)|hail|salut|cheer)|举|扬|挥|招手|敬礼/, 'raise'],
  [/\b(?:offers?|reach|point|giv(?:es|ing)|hold(?:s|ing)? out|extends?|hands (?:him|her|it|over|the|a))\b|递|伸手|指[着向]|推到|交给/, 'reach'],
  [/\blean|\bprops? (?:him|her)|靠|倚|探[出身]/, 'lean'],
  [/\b(?:wip|clean|scrub|clip|stamp|cook|stir|writ|typ|signs|pour|turning the|ties|tying|knit|repair|fix|open)\w*\b|擦|洗|切|煮|炒|写|打字|系[好上]|揉|翻|打开/, 'work'],
  [/\b(?:holds?|holding|carr(?:y|ies|ying)|grips?|clasps?)\b|端|捧|拿|握|攥|提着/, 'hold'],
]; // prettier-ignore

const moods: Words<Mood> = [
  [/\b(?:cry|cries|crying|weep|sob|tearful|in tears|eyes (?:are )?wet|sad|grie[fv]|mourn)|泪|哭|悲|难过|哽咽/, 'sad'],
  [/\b(?:smil|laugh|grin|happ|joy|delight|warmly|gentl|softly|tender|proud)|笑|开心|高兴|喜|温柔|得意/, 'glad'],
  [/\b(?:angr|furious|shout|yell|rage|snap|glar|scowl|bitter)|怒|吼|骂|瞪|咬牙/, 'angry'],
  [/\b(?:startl|shock|gasp|surpris|afraid|fear|scared|trembl|shiver|freez|stunned|out of breath|panic)|惊|愣|怕|恐|慌|发抖|着急|呆/, 'startled'],
]; // prettier-ignore

const speaking = /\b(?:speak|say|talk|shout|yell|call(?:s|ing) out|whisper|sing|recit)|说|喊|讲|唱|念|吼/;
const down =
  /\b(?:bows?|bowing|looks? down|(?:lowers|hangs) (?:his|her|their) head|head down|bent over|reads?|reading)\b|低头|鞠躬|垂|俯身|头也不抬|读/;
const up =
  /\b(?:looks? up|(?:looks?|gaz\w+|star\w+) at the (?:sky|stars|moon|ceiling)|to (?:his|her) chin)\b|抬头|仰/;
const away = /\b(?:turns? away|walks? away|(?:his|her|their) backs? to|from behind)\b|背影|转身|背对/;
const leaning = /\blean|靠|倚|探[出身]/;
const onBack = /on (?:his|her|their) back|背着|over (?:his|her) shoulder/;
const asSeat = /\bsits? on (?:the|a|an|his|her)\b[^.]*\b(?:case|suitcase|trunk|bag)|坐在.{0,4}箱/;
const idle = ['hang', 'clasp', 'pockets', 'hang', 'fold'] as const;

/** What a gesture is made with where the words name nothing. */
const needed: Readonly<Partial<Record<Gesture, Thing>>> = { eat: 'bowl', tear: 'paper' };

/** `chance`, 0 to 1, chooses how somebody stands of whom nothing is said. */
export function actingOf(picture: Picture, name: string, seatedPlace: boolean, chance: number): Acting {
  const words = wordsAbout(name, picture);
  const found = <T>(table: Words<T>) => table.find(([pattern]) => pattern.test(words))?.[1];
  const stance = found(stances) ?? (seatedPlace ? 'sit' : 'stand');
  const thing = found(things);
  const thingAt = onBack.test(words) ? 'back' : asSeat.test(words) ? 'seat' : 'hands';
  const wanted = found(gestures);
  const holding = thing !== undefined && thingAt === 'hands';
  const gesture = wanted ?? (holding ? 'hold' : (idle[Math.floor(chance * idle.length)] ?? 'hang'));
  const bent = gesture === 'work' || gesture === 'eat';
  return {
    stance,
    gesture,
    thing: gesture === 'bow-strings' ? 'violin' : (thing ?? needed[gesture]),
    thingAt,
    mood: found(moods) ?? 'calm',
    head: up.test(words) ? 1 : down.test(words) || bent ? -1 : 0,
    speaks: speaking.test(words),
    away: away.test(words),
    leans: leaning.test(words),
  };
}

/** What the description says of somebody: from the name to the next one's, or all where the name is not in it. */
function wordsAbout(name: string, { description, cast, location }: Picture): string {
  const text = description.toLowerCase().replace(location.toLowerCase(), ' ');
  const at = text.indexOf(name.toLowerCase());
  if (at < 0) return text;
  const others = cast.filter((other) => other !== name).map((other) => other.toLowerCase());
  let from = at + name.length;
  for (;;) {
    const next = others
      .map((other) => ({ at: text.indexOf(other, from), length: other.length }))
      .filter((mention) => mention.at >= 0)
      .toSorted((a, b) => a.at - b.at)[0];
    const part = text.slice(from, next?.at);
    // Of people who are named together the same is said.
    if (next === undefined || !/^\s*(?:and|&|,|、|和|与|跟)?\s*$/u.test(part)) return part;
    from = next.at + next.length;
  }
}

const somebody =
  /\b(?:(?:small|little|young|old|elderly|tall) )*(?:girl|boy|child|woman|man|lady|stranger|soldier|waiter|waitress|nurse|doctor|driver|guard|policeman|conductor)\b(?!['’]s)(?: in an? \w+ \w+)?|(?:小|老|年轻)?(?:女孩|男孩|孩子|女人|男人|老人|老太太|老头|陌生人|店员|司机|医生|护士|警察|士兵)(?!的)/iu;
const nobody = /without people|nobody|no one|没有人|空无一人/;

/** The people in the picture: the cast, or whom the description shows without a name. */
export function peopleOf(picture: Picture): readonly string[] {
  if (picture.cast.length > 0 || nobody.test(picture.description)) return picture.cast;
  const found = somebody.exec(picture.description)?.[0];
  return found === undefined ? [] : [found];
}
