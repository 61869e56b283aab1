// Checks dashboards, and alerts to provision, against Grafana's own types: node check.mjs FILE.json... prints one line a
// mistake.
// The types come as TypeScript from npm; each becomes a JSON Schema that allows no other properties.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import Ajv from 'ajv';
import { createGenerator } from 'ts-json-schema-generator';

function schema(module, type) {
  const file = `schemas/${module}.${type}.json`;
  if (!existsSync(file)) {
    mkdirSync('schemas', { recursive: true });
    const source = `schemas/${module}.${type}.ts`;
    writeFileSync(source, `import * as sdk from '@grafana/grafana-foundation-sdk/${module}';\n` +
                          `export type Wanted = sdk.${type};\n`);
    const made = createGenerator({ path: source, type: 'Wanted', skipTypeCheck: true, tsconfig: 'tsconfig.json' })
      .createSchema('Wanted');
    writeFileSync(file, JSON.stringify(made));
  }
  return JSON.parse(readFileSync(file));
}

writeFileSync('tsconfig.json', JSON.stringify({ compilerOptions: {
  module: 'nodenext', moduleResolution: 'nodenext', target: 'es2022', strict: true, skipLibCheck: true } }));
const ajv = new Ajv({ strict: false, allErrors: true, allowUnionTypes: true });
const check = {};

function tell(file, where, name, value) {
  check[name] ??= ajv.compile(schema(...name.split('.')));
  if (!check[name](value)) {
    for (const error of check[name].errors) {
      console.log(`${file}: ${where}${error.instancePath}: ${error.message} ${JSON.stringify(error.params)}`);
    }
  }
}

// A file of alerts says by its groups what Grafana's types have in each rule, and some of its keys are written otherwise.
function checkAlerts(file, groups) {
  for (const { name, orgId, folder, interval, rules } of groups) {
    for (const { keepFiringFor, missing_series_evals_to_resolve, dashboardUid, panelId, ...rule } of rules) {
      tell(file, rule.title, 'alerting.Rule', { ...rule, ruleGroup: name, orgID: orgId, folderUID: folder,
        keep_firing_for: keepFiringFor ?? interval, missingSeriesEvalsToResolve: missing_series_evals_to_resolve ?? 2,
        data: rule.data.map((query) => ({ ...query, model: {} })) });
      for (const { datasourceUid, model } of rule.data) {
        tell(file, rule.title, datasourceUid === '__expr__' ? 'expr.TypeMath' : 'prometheus.Dataquery', model);
      }
    }
  }
}

for (const file of process.argv.slice(2)) {
  const dashboard = JSON.parse(readFileSync(file));
  if (dashboard.groups) {
    checkAlerts(file, dashboard.groups);
    continue;
  }
  tell(file, '', 'dashboard.Dashboard', { ...dashboard, panels: [] });
  for (const variable of dashboard.templating.list) {
    tell(file, variable.name, 'dashboard.VariableModel', variable);
  }
  for (const panel of dashboard.panels.filter(({ type }) => type !== 'row')) {
    const module = panel.type.replace('-', '');
    tell(file, panel.title, 'dashboard.FieldConfigSource', panel.fieldConfig);
    tell(file, panel.title, `${module}.Options`, panel.options);
    if (panel.fieldConfig.defaults.custom) {
      tell(file, panel.title, `${module}.FieldConfig`, panel.fieldConfig.defaults.custom);
    }
    for (const target of panel.targets) {
      tell(file, panel.title, 'prometheus.Dataquery', target);
    }
  }
}
