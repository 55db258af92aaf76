import type { Picture } from '@reelmesh/contracts/shot';

export const interiorKinds = [
  'train-car', 'vehicle', 'office', 'hospital', 'classroom', 'restaurant', 'corridor', 'hall', 'shop', 'station-hall', 'room',
] as const; // prettier-ignore
export const exteriorKinds = [
  'platform', 'halt', 'railway', 'road', 'street', 'rooftop', 'forest', 'sea', 'mountain', 'park', 'field', 'palace', 'facade',
] as const; // prettier-ignore
export type InteriorKind = (typeof interiorKinds)[number];
export type ExteriorKind = (typeof exteriorKinds)[number];
export type PlaceKind = InteriorKind | ExteriorKind;

export interface Place {
  readonly kind: PlaceKind;
  readonly interior: boolean;
  /** What lies behind it, where its kind leaves that open. */
  readonly vista: Vista;
  /** Whether a train stands by, or is seen far off, where its kind leaves that open. */
  readonly train: 'none' | 'near' | 'far';
}

export type Vista = 'town' | 'sea' | 'hills';

interface Rule {
  readonly words: RegExp;
  readonly inside: InteriorKind;
  readonly outside: ExteriorKind;
  /** What it is when the script does not say INT or EXT. */
  readonly usually: 'inside' | 'outside';
}

/** The first rule that matches wins, so the more special words stand before the more general ones. */
const rules: readonly Rule[] = [
  rule(/小站|乘降所|\bhalt\b|whistle[- ]stop|(?:country|rural|village) station/, 'station-hall', 'halt', 'outside'),
  rule(/站台|月台|platform/, 'station-hall', 'platform', 'outside'),
  rule(/车站|候车|火车站|地铁站|station|terminal|waiting room|ticket/, 'station-hall', 'platform', 'inside'),
  rule(/餐车|车厢|列车|火车|地铁|高铁|卧铺|train|carriage|subway|metro|tram|dining car|sleeper|compartment/, 'train-car', 'railway', 'inside'),
  rule(/轨道|铁路|铁轨|railway|tracks?\b|railroad/, 'train-car', 'railway', 'outside'),
  rule(/天台|楼顶|屋顶|阳台|露台|rooftop|roof\b|balcony|terrace/, 'room', 'rooftop', 'outside'),
  rule(/汽车|轿车|出租车|车内|车里|车上|驾驶|\bcar\b|\btaxi\b|\bcab\b|\bvan\b|\btruck\b|\bbus\b|vehicle|公交/, 'vehicle', 'road', 'inside'),
  rule(/医院|病房|诊所|手术|急诊|hospital|ward\b|clinic|surgery|emergency room/, 'hospital', 'facade', 'inside'),
  rule(/学校|教室|校园|课堂|大学|图书馆|school|classroom|campus|library|university|lecture/, 'classroom', 'facade', 'inside'),
  rule(/办公|公司|会议|写字楼|警局|警察局|派出所|总裁|office|meeting|boardroom|police|newsroom|studio/, 'office', 'facade', 'inside'),
  rule(/宫|殿|皇|寺|庙|祠|大厅|礼堂|教堂|宴会厅|palace|throne|temple|church|cathedral|ballroom|great hall|castle/, 'hall', 'palace', 'inside'),
  rule(/走廊|过道|楼道|楼梯|电梯|地下室|隧道|corridor|hallway|stair|elevator|passage|basement|tunnel/, 'corridor', 'street', 'inside'),
  rule(/餐厅|饭店|咖啡|酒吧|茶馆|面馆|餐馆|火锅|食堂|酒楼|restaurant|caf[eé]|\bbar\b|\bpub\b|diner|tea ?house|bistro|kitchen|厨房|noodle/, 'restaurant', 'facade', 'inside'),
  rule(/商店|便利店|超市|商场|药店|花店|书店|店|shop|store|market|mall|pharmacy|bakery/, 'shop', 'facade', 'inside'),
  rule(/海|沙滩|码头|港|船|岸|河|湖|江|桥|sea\b|beach|ocean|shore|harbou?r|\bpier\b|\bdock|\bboat|river|lake|bridge|coast|waterfront/, 'room', 'sea', 'outside'),
  rule(/山|悬崖|峡谷|雪原|mountain|\bhill|cliff|valley|summit|\bpeak|ridge/, 'room', 'mountain', 'outside'),
  rule(/森林|树林|竹林|林中|丛林|forest|\bwoods?\b|jungle|grove/, 'room', 'forest', 'outside'),
  rule(/公园|花园|院子|庭院|操场|墓|park\b|garden|courtyard|\byard\b|playground|cemetery|graveyard/, 'room', 'park', 'outside'),
  rule(/田|草原|草地|荒野|农|沙漠|field|meadow|farm|prairie|desert|plain\b/, 'room', 'field', 'outside'),
  rule(/公路|马路|高速|road\b|highway|motorway|freeway|intersection/, 'vehicle', 'road', 'outside'),
  rule(/街|巷|胡同|路口|路边|广场|城市|夜市|street|alley|avenue|lane\b|plaza|square\b|downtown|\bcity\b|sidewalk/, 'shop', 'street', 'outside'),
  rule(/卧室|客厅|房间|公寓|家|屋|宿舍|酒店|旅馆|浴室|书房|别墅|room\b|bedroom|apartment|flat\b|house|home|hotel|motel|\bbath|study\b|dorm|kitchen|cabin/, 'room', 'facade', 'inside'),
]; // prettier-ignore
const unknown: Rule = { words: /^/, inside: 'room', outside: 'street', usually: 'outside' };

/** What kind of place the words mean: the location's own words first, the description's where the location says nothing. */
export function placeOf(picture: Picture): Place {
  const found =
    match(picture.location) ?? (picture.location === '' ? match(picture.description) : undefined) ?? unknown;
  const inside =
    picture.intExt === 'INT_EXT_INT' ||
    picture.intExt === 'INT_EXT_BOTH' ||
    (picture.intExt !== 'INT_EXT_EXT' && found.usually === 'inside');
  const words = `${picture.location} ${picture.description}`.toLowerCase();
  return {
    kind: inside ? found.inside : found.outside,
    interior: inside,
    vista: vistas.find(([pattern]) => pattern.test(words))?.[1] ?? 'town',
    train: !train.test(words) ? 'none' : picture.cast.length > 0 ? 'near' : 'far',
  };
}

const vistas: readonly (readonly [RegExp, Vista])[] = [
  [/海|港|岸|码头|\bsea\b|ocean|coast|harbou?r|cliff|shore|beach|\bbay\b/, 'sea'],
  [/山|丘|谷|乡|村|田野|mountain|\bhills?\b|valley|village|country|rural|field|forest|desert/, 'hills'],
];
const train = /列车|火车|车厢|车门|\btrains?\b|carriage|locomotive|\bdoors?\b/;

function match(text: string): Rule | undefined {
  const words = text.toLowerCase();
  return rules.find((candidate) => candidate.words.test(words));
}

function rule(
  words: RegExp,
  inside: InteriorKind,
  outside: ExteriorKind,
  usually: 'inside' | 'outside',
): Rule {
  return { words, inside, outside, usually };
}
