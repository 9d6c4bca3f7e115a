/** JSON with keys in code-unit order at every depth, so that equal values give equal bytes. Undefined members are left out. */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item === undefined ? null : item)).join(',')}]`;
  const { names, labels } = inOrder(Object.keys(value));
  let members = '';
  for (let i = 0; i < names.length; i++) {
    const member = (value as Record<string, unknown>)[names[i] as string];
    if (member !== undefined) members += `${members === '' ? '' : ','}${labels[i]}${canonicalJson(member)}`;
  }
  return `{${members}}`;
}

/** What a text must not hold to stand between quotes as it is. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON writes control characters otherwise
const toEscape = /["\\\u0000-\u001f\ud800-\udfff]/;

function quoted(text: string): string {
  return text.length > 64 || toEscape.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** Names of an object's members in their order, and each as it is written. */
interface Order {
  given: readonly string[];
  names: readonly string[];
  labels: readonly string[];
}

/** Records have the same names in the same order one after another: those seen last are not sorted again. */
const orders: Order[] = [];
const mostOrders = 8;

function inOrder(given: readonly string[]): Order {
  for (const order of orders) if (sameNames(order.given, given)) return order;
  const names = [...given].sort();
  const order = { given, names, labels: names.map((name) => `${JSON.stringify(name)}:`) };
  orders.unshift(order);
  if (orders.length > mostOrders) orders.pop();
  return order;
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
