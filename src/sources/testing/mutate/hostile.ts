import { pick, type Random } from './random.ts';

const MiB = 1024 * 1024;

/** Numbers as text: huge, negative, beyond whole numbers and doubles, of other notations. */
const NUMBERS = [
  ...[
    '0',
    '-0',
    '-1',
    '1e308',
    '-1e308',
    '1e309',
    '1e999',
    '-1e-999',
    '5e-324',
    'NaN',
    'Infinity',
    '-Infinity',
    '.5',
    '5.',
    '1,5',
    '1.234,5',
  ],
  ...['2147483648', '-2147483649', '4294967296', '9007199254740993', '-9007199254740993', '18446744073709551616', '8640000000000001'],
  ...[
    '99999999999999999999999',
    '0x10',
    '0b1',
    '1_000',
    '007',
    '+3',
    '--3',
    '1e',
    '٣',
    '½',
    '1 000',
    '',
    ' ',
    '-62135596800',
    '253402300800000',
  ],
];

/** Dates and times that do not exist, lie at the ends of what can be said, or fall into a change of clocks. */
const DATES = [
  ...[
    '0000-00-00',
    '0000-01-01T00:00:00Z',
    '0001-01-01',
    '-000001-01-01',
    '9999-12-31T23:59:60Z',
    '+275760-09-13T00:00:00.000Z',
    '275761-01-01',
  ],
  ...[
    '-271821-04-20T00:00:00Z',
    '2024-02-30',
    '2023-02-29 10:00',
    '2024-13-01',
    '2024-00-10',
    '2024-03-31 02:30:00',
    '2024-10-27 02:30:00',
  ],
  ...['2024-03-10T25:61:61', '2024-03-10T24:00:00', '2024-03-10T10:00:00+99:99', '2024-03-10T10:00:00-00:00', '2024-03-10T10:00:00+14:30'],
  ...[
    '31/12/0000',
    '00/00/00 00:00:00',
    '12/31/275761',
    '29.02.23, 10:00',
    '13/13/24, 13:61 PM',
    '24/3/10, 午前12:60',
    'Thu Feb 30 25:00:00 +0000 2024',
  ],
  ...[
    '0',
    '-1',
    '8640000000000001',
    '-8640000000000001',
    '1e15',
    '99999999999',
    '1709625600.9999999999',
    'Europe/Nowhere',
    '+14:00',
    'P1Y',
    'PT-5M',
  ],
];

const WORDS = [
  ...[
    '',
    ' ',
    'null',
    'undefined',
    'true',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '../../etc/passwd',
    '=cmd|x',
    '%s%n',
    '$(x)',
  ],
  ...[
    '\\ud800',
    '\\udfff\\ud800',
    '\\u0000',
    '\\u202e\\u2066',
    '\\x',
    '\\',
    '&#x0;',
    '&#xD800;',
    '&#99999999;',
    '&lol;',
    '<![CDATA[',
    ']]>',
    '<!--',
  ],
  ...[
    '\u202eevil\u2069',
    '\u0000',
    '\u2028',
    '\ufeff',
    '\ufffe',
    'e\u0301'.repeat(20),
    '👩‍👩‍👧‍👦',
    'Ã¤Â¤',
    '{}',
    '[]',
    '[[',
    '{"',
    'a,b',
    'a;b',
    'a\tb',
    '"',
    "'",
    '\n',
    '\r',
  ],
];

/** Bytes that are no UTF-8: cut off, overlong, surrogates, beyond Unicode, and marks of other encodings. */
const BROKEN = [
  'c328',
  'eda080',
  'edb080eda080',
  'c080',
  'f5808080',
  'f4908080',
  'fffe',
  'feff',
  'ff',
  '80',
  'e282',
  '00',
  '0000',
  '1f8b0800',
  '504b0304',
].map((hex) => Buffer.from(hex, 'hex'));

/** What stands in the place of a number. */
export function hostileNumber(random: Random): Buffer {
  return Buffer.from(pick(random, NUMBERS));
}

/** What stands in the place of a date. */
export function hostileDate(random: Random): Buffer {
  return Buffer.from(pick(random, DATES));
}

/** What stands in the place of a text: one in two hundred is of 1 MB, one in a thousand longer than a unit may be. */
export function hostileText(random: Random): Buffer {
  const rare = random(1000);
  const word = pick(random, WORDS);
  if (rare === 0) return Buffer.alloc(5 * MiB, word === '' ? 'x' : word);
  if (rare < 6)
    return Buffer.alloc(
      MiB,
      pick(random, ['x', 'é', '👍', '\\n', '"', '\\"', '&amp;', '<b>', ',', ' ', '\u202e', '@a ', 'http://a.b/ ', '1']),
    );
  if (rare < 300) return pick(random, BROKEN);
  return Buffer.from(rare < 350 ? word.repeat(1 + random(500)) : word);
}

/** Any of them. */
export function hostileValue(random: Random): Buffer {
  return pick(random, [hostileNumber, hostileDate, hostileText])(random);
}

/** Brackets or elements within one another, 10,000 deep and rarely more; half of them are never closed. */
export function deep(random: Random): Buffer {
  const [open, close] = pick(random, [
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"a":', '}]'],
    ['<a>', '</a>'],
    ['<Record type="x">', '</Record>'],
    ['(', ')'],
    ['"', '"'],
    ['<div class="a">', '</div>'],
  ] as const);
  const depth = random(20) === 0 ? 200_000 : 10_000;
  return Buffer.from(`${open.repeat(depth)}1${random(2) === 0 ? close.repeat(depth) : ''}`);
}
