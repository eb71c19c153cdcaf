import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { freshFolder, sense } from '../../test/fixtures/command-line.ts';

const cwd = freshFolder();
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
const call = (...argv: string[]) => sense(['paper', ...argv], { cwd });

test('claims as JSON: each holds, or says why not, and the exit code says the same', async () => {
  const { code, out } = await call('--networks', 'lenet5', '--claims', 'c5,C8', '--json', '--quiet');
  const { schema, claims } = JSON.parse(out);
  expect([code, schema]).toEqual([0, 'sense.paper/1']);
  expect(claims.map(({ id }: { id: string }) => id)).toEqual(['C5', 'C8']);
  expect(claims[0]).toMatchObject({ text: 'v1', holds: true, claimed: { low: 409.6, high: 409.6 } });
  expect(claims[1]).toMatchObject({ holds: false, reason: expect.any(String) });
});

test('a claim of speed is measured on the network asked for, and drawn', async () => {
  const figure = join(cwd, 'claims.svg');
  const { code, out } = await call('--networks', 'alexnet', '--claims', 'C11', '--figure', figure, '--quiet');
  expect(code).toBe(0);
  expect(out).toMatch(/^C11 \(v2, tvlsi\)/);
  expect(out).toMatch(/alexnet +[\d.]+ +images\/s +471 +✔ +conv layers/);
  expect(readFileSync(figure, 'utf8')).toContain('C11, images/s');
});

test('training results of one’s own decide C3; what is no such file is refused', async () => {
  const file = join(cwd, 'trained.json');
  const report = {
    ...{ schema: 'sense.train/1', model: 'mine', dataset: 'mine', zerosPerKernel: { min: 0.5, max: 0.5 } },
    ...{ rule: { kind: 'equal-per-kernel', zeros: 0.5 }, accuracy: { dense: 0.9, adaptive: 0.5 } },
  };
  writeFileSync(file, JSON.stringify(report));
  const asked = ['--networks', 'lenet5', '--claims', 'C3', '--json', '--quiet', '--training'];
  const [claim] = JSON.parse((await call(...asked, file)).out).claims;
  expect(claim).toMatchObject({ holds: false, reason: expect.stringContaining('costs more than a point') });
  writeFileSync(file, '{"schema":"sense.report/1"}');
  expect(await call(...asked, file)).toMatchObject({
    code: 2,
    err: expect.stringContaining('no network trained'),
  });
  writeFileSync(file, '{');
  expect((await call(...asked, file)).err).toContain('not JSON');
});

test('unknown claims and networks are refused with what is meant', async () => {
  expect(await call('--claims', 'C99')).toMatchObject({ code: 2, err: expect.stringContaining('"C99"') });
  expect((await call('--networks', 'alexnat', '--claims', 'C5')).err).toContain('alexnet');
});
