import { type Fields, identifier, isFields } from '../reading/json-unit.ts';

/** Who the participant is among those who write: by what the export says of its owner, else by what was declared. */
export interface Owner {
  /** Whether the export is of somebody else than was declared. */
  isOther: boolean;
  /** Whether nobody knows. */
  isUnknown: boolean;
  wrote(message: Fields): boolean;
}

/** The owner, from `personal_information` of a full export (or undefined) and the declared account. */
export function ownerOf(personal: unknown, account: string | null): Owner {
  const declared = account === null ? null : plain(account);
  const number = isFields(personal) ? identifier(personal.user_id) : null;
  const names = isFields(personal) ? namesOf(personal) : [];
  const known = number !== null;
  return {
    isOther: declared !== null && known && ![...names, number, `user${number}`].map(plain).includes(declared),
    isUnknown: declared === null && !known,
    wrote(message) {
      const from = identifier(message.from_id);
      if (known && from !== null) return from === number || from === `user${number}`;
      const candidates = [from, from?.replace(/^user/, ''), identifier(message.from)];
      const wanted = declared === null ? names.map(plain) : [declared];
      return candidates.some((name) => typeof name === 'string' && wanted.includes(plain(name)));
    },
  };
}

function namesOf(personal: Fields): string[] {
  const [first, last, username, phone] = ['first_name', 'last_name', 'username', 'phone_number'].map((name) => identifier(personal[name]));
  return [[first, last].filter((name) => typeof name === 'string').join(' '), first, username, phone].filter(
    (name) => typeof name === 'string',
  );
}

/** A name as it compares. */
function plain(name: string): string {
  return name.trim().replace(/^@/, '').normalize('NFC').toLowerCase();
}
