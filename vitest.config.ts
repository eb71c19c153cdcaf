import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Minutes each, on their own; last of all, one of them would run while the other worker has nothing left to do. */
const LONGEST = [
  ...['rtl/gates/', 'cli/training/train', 'rtl/core/real-networks', 'rtl/npm/', 'cli/rtl', 'rtl/synth/grid'],
  ...['rtl/proofs/', 'test/networks'],
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((name) => moduleId.includes(`/${name}`));
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'cli/**/*.test.ts', 'rtl/**/*.test.ts', 'test/**/*.test.ts'],
    setupFiles: ['test/seeds.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
  },
});
