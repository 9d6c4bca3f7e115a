import { readFileSync } from 'node:fs';
import { arch, cpus, platform } from 'node:os';

/** The machine that made a run's numbers: what could make another one's differ. */
export interface Machine {
  arch: string;
  platform: string;
  cpu: string;
  /** Instruction sets that a numeric runtime chooses by. */
  features: string[];
  versions: Record<string, string>;
}

const numericFeatures = /^(sse4_[12]|avx\w*|fma|f16c|amx_\w+|asimd\w*|sve\w*|bf16|i8mm)$/;

export function machine(versions: Record<string, string>): Machine {
  return {
    arch: arch(),
    platform: platform(),
    cpu: cpus()[0]?.model ?? 'unknown',
    features: cpuFeatures(),
    versions: { node: process.versions.node, v8: process.versions.v8, ...versions },
  };
}

function cpuFeatures(): string[] {
  try {
    const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'));
    return (line?.[1] ?? '')
      .split(' ')
      .filter((flag) => numericFeatures.test(flag))
      .sort();
  } catch {
    // Only Linux has this file; elsewhere architecture and model must do.
    return [];
  }
}
