import { z } from 'zod';

/** What a person may see in a study: the data manager no text, the researcher no alerts, the reviewer the text of alerts alone. */
export const Role = z.enum(['data-manager', 'researcher', 'reviewer']);
export type Role = z.infer<typeof Role>;
