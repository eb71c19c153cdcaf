/** The one test command: sets up what tests need, then types, lint, generated files, every test, and Node 24. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const quiet = { ONNXRUNTIME_NODE_INSTALL: 'skip' }; // its CPU build comes inside the package; the step would download GPU ones
let [passed, failed] = [0, 0];

function run(command, args, env = {}) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  return status === 0;
}

function step(name, command, args, env) {
  console.log(`\n── ${name}`);
  const started = Date.now();
  const ok = run(command, args, env);
  console.log(`${ok ? '✔' : '✖'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (ok) passed++;
  else failed++;
  return ok;
}

if (!existsSync('node_modules')) run(npm, ['ci']) || process.exit(1);
if (!existsSync('tools/node_modules/.bin/biome')) {
  console.log('setting up what only tests need (biome, ONNX Runtime, AssemblyScript): about 500 MB, once');
  if (!run(npm, ['install', '--prefix', 'tools', '--no-save'], quiet)) {
    console.log('✖ tools/ could not be installed\n  try  npm install --prefix tools, and read what it says');
    process.exit(1);
  }
}

const wanted = ['verilator', 'yosys', 'yosys-smtbmc', 'z3', 'chromium'];
const absent = () => wanted.filter((tool) => spawnSync(tool, ['-h'], { stdio: 'ignore' }).error);
if (absent().length > 0) {
  const mayInstall =
    process.getuid?.() === 0 && !spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).error;
  if (mayInstall) {
    console.log(
      `setting up what the circuits' and the browser's tests need from apt: ${absent().join(', ')}`,
    );
    run('apt-get', ['update', '-qq']);
    run('apt-get', ['install', '-y', '-qq', 'verilator', 'yosys', 'z3', 'g++', 'make', 'chromium'], {
      DEBIAN_FRONTEND: 'noninteractive',
    });
  }
  if (absent().length > 0)
    console.log(
      `not here: ${absent().join(', ')}; the tests that need them will skip by name\n  try  sudo apt-get install verilator yosys z3 g++ make chromium`,
    );
}

step('types', 'npx', ['tsc', '-p', 'tsconfig.json']);
step('lint and format', 'tools/node_modules/.bin/biome', ['ci', '.']);
step('kernels: the .wasm is what its source compiles to', 'npx', ['tsx', 'scripts/build-wasm.ts', '--check']);
step('no unused files, exports or dependencies', 'tools/node_modules/.bin/knip', []);
step('build', npm, ['run', '--silent', 'build']);
step('package', 'tools/node_modules/.bin/publint', []);

mkdirSync('.cache', { recursive: true });
const results = '.cache/vitest.json';
rmSync(results, { force: true });
console.log('\n── tests');
run('npx', ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`]);
let skipped = 0;
if (existsSync(results)) {
  const { testResults, numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(
    readFileSync(results, 'utf8'),
  );
  passed += numPassedTests;
  failed += Math.max(
    numFailedTests,
    numFailedTestSuites > 0 && numFailedTests === 0 ? numFailedTestSuites : 0,
  );
  skipped += numPendingTests;
  const names = testResults
    .flatMap((file) => file.assertionResults)
    .filter(({ status }) => status === 'pending' || status === 'skipped')
    .map(({ ancestorTitles, title }) => ancestorTitles.find((name) => name !== '') ?? title);
  for (const name of new Set(names))
    console.log(`skipped: ${name} (${names.filter((each) => each === name).length})`);
} else failed++;

step('the command line on Node 24', 'npx', [
  '--yes',
  '--package=node@24',
  '--',
  'node',
  'bin/sense.js',
  'run',
  'lenet5',
  '--quiet',
]);

if (skipped > 0)
  console.log(
    `\n${skipped} tests were skipped; each names itself above: real networks and images need SENSE_DATA_DIR, circuits need Verilator and Yosys`,
  );
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed > 0 ? 1 : 0);
