import { rgb, type Rgb } from '../scene/colour.ts';
import { seededRandom } from '../scene/random.ts';

/** How somebody looks: the same for the same name in every shot of every film. */
export interface Look {
  readonly skin: Rgb;
  readonly hair: Rgb;
  readonly hairStyle: 'short' | 'crop' | 'bob' | 'long' | 'bun' | 'ponytail';
  readonly top: Rgb;
  readonly under: Rgb;
  readonly legs: Rgb;
  readonly garment: 'coat' | 'jacket' | 'sweater' | 'dress';
  readonly scarf: Rgb | undefined;
  readonly glasses: boolean;
  readonly beard: boolean;
  /** 1 is average. */
  readonly build: number;
  /** 1 is a grown-up of average height. */
  readonly height: number;
}

const old = /老(?!板|师|公)|爷|奶|祖|伯|婆|grand|\bold|elder|\bgran/i;
const child = /小孩|孩子|男孩|女孩|童|宝宝|child|\bkid|\bboy|\bgirl|baby|toddler/i;
const female =
  /女|妈|娘|姐|妹|婆|奶|姨|妃|公主|太太|小姐|母|woman|girl|mother|mrs|miss|ms|lady|sister|mum|mom|wife|queen|daughter/i;
const male =
  /男|少年|老(?!婆|太|奶|妈)|爸|爷|父|叔|哥|弟|伯|先生|皇帝|王爷|\bman\b|\bboy|father|\bmr\b|brother|uncle|husband|king\b|\bson\b|conductor|guard|officer/i;

/** Common endings of women's given names: a guess that only decides hair and clothes. */
const feminine =
  /(?:a|ie|ette|elle|ine|lyn)$|[雨雪梅兰芳丽娜静婷霞夏月莉娟燕敏红玲萍琳瑶婉晴薇蕾倩妍晚岚珍英秀芬淑惠菊颖雯欣怡慧]$/iu;
const masculine = /(?:[b-df-hj-np-rt-xz]|o|us|as|is)$|[明强伟军勇杰涛磊刚峰斌辉鹏凯浩东建国志默]$/iu;

const tops = ['#7c2f2c', '#2f4f63', '#c7a24f', '#3f5a44', '#6a4a70', '#b8643c', '#8c96a0', '#26303f', '#a5707a', '#d2c7b2', '#486f78', '#54402f'] as const; // prettier-ignore
const bottoms = ['#23262d', '#34405a', '#4a4038', '#5c5f62', '#2e3a35'] as const;
const scarves = ['#b23b33', '#d7b45a', '#3d6f86', '#dcd3c4'] as const;

export function lookOf(name: string): Look {
  const random = seededRandom(`look ${name.trim().toLowerCase()}`);
  const coin = random.next() < 0.5;
  const woman =
    !male.test(name) &&
    (female.test(name) || feminine.test(name.trim()) || (coin && !masculine.test(name.trim())));
  const young = child.test(name);
  const aged = old.test(name) && !young;
  const hair = aged
    ? rgb('#b9b7b2')
    : rgb(random.pick(['#17130f', '#221a14', '#2e2119', '#4a3122', '#6b4a2c', '#14151a']));
  return {
    skin: rgb(random.pick(['#e8c0a0', '#dcae8a', '#f0cdb0', '#c8966f', '#a87350'])),
    hair,
    hairStyle: woman
      ? random.pick(['bob', 'long', 'bun', 'ponytail'])
      : random.pick(['short', 'crop', 'short']),
    top: rgb(random.pick(tops)),
    under: rgb(random.pick(['#d9d2c4', '#39434f', '#8d8378', '#f0ebe0'])),
    legs: rgb(random.pick(bottoms)),
    garment: woman
      ? random.pick(['coat', 'dress', 'sweater', 'jacket'])
      : random.pick(['coat', 'jacket', 'sweater']),
    scarf: random.next() < 0.28 || /scarf|围巾/i.test(name) ? rgb(random.pick(scarves)) : undefined,
    glasses: random.next() < (aged ? 0.6 : 0.16),
    beard: random.next() < (aged ? 0.5 : 0.3) && male.test(name) && !young,
    build: random.between(0.92, 1.1) * (woman ? 0.92 : 1.04) * (young ? 0.86 : 1),
    height: (young ? 0.7 : woman ? 0.96 : 1.02) * random.between(0.97, 1.03) * (aged ? 0.97 : 1),
  };
}
