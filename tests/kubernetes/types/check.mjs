// Reads a JSON list of Kubernetes objects from the file named, and prints a JSON list of [index, problem].
// The schemas find wrong values and missing keys. As literals of TypeScript the objects show misspelt keys as well.
import fs from 'node:fs';
import ts from 'typescript';

const modules = {
  'v1': 'kubernetes-models/v1',
  'apps/v1': 'kubernetes-models/apps/v1',
  'policy/v1': 'kubernetes-models/policy/v1',
  'networking.k8s.io/v1': 'kubernetes-models/networking.k8s.io/v1',
  'monitoring.coreos.com/v1': '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
};

const objects = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const problems = [];
const lines = [];  // one for each object, so a diagnostic's line is its index
for (const [index, object] of objects.entries()) {
  const from = modules[object.apiVersion];
  if (!from) {
    problems.push([index, `no types are known for ${object.apiVersion}`]);
    lines.push('');
    continue;
  }
  try {
    new (await import(from))[object.kind](object).validate();
  } catch (error) {
    problems.push([index, `schema: ${error.message}`]);
  }
  const literal = JSON.stringify(object);
  lines.push(`import type {I${object.kind} as T${index}} from '${from}'; export const o${index}: T${index} = ${literal};`);
}

fs.writeFileSync('objects.ts', lines.join('\n'));
const program = ts.createProgram(['objects.ts'], {
  noEmit: true, strict: true, skipLibCheck: true, types: [],
  module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ts.ScriptTarget.ES2022,
});
for (const diagnostic of ts.getPreEmitDiagnostics(program)) {
  const index = diagnostic.file?.getLineAndCharacterOfPosition(diagnostic.start).line ?? -1;
  problems.push([index, `types: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')}`]);
}
console.log(JSON.stringify(problems));
