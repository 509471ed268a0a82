import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../stack.js';
import { CHART_FILES, chartCopies, INSTALL, installFiles, type ManifestFile } from './manifest-files.js';

// `npm run manifests`: what is made of other manifests is made anew.
replace(CHART_FILES, chartCopies());
replace(INSTALL, await installFiles());

function replace(folder: string, files: readonly ManifestFile[]): void {
  rmSync(join(ROOT, folder), { recursive: true, force: true });
  for (const { path, text } of files) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
    console.log(path);
  }
}
