import { dirname, join } from 'node:path';

/** The folder of the project: launcher, models, demo. */
export const projectRoot = dirname(dirname(import.meta.dirname));

export const modelsFolder = join(projectRoot, 'models');
