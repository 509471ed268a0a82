import { serveParent } from './generator/generator-process.js';

serveParent();
