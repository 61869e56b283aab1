// Dashboards and alerts for ZooKeeper: (import 'mixin.libsonnet') + { _config+:: { selector: 'job="zookeeper"' } }
local defaults = import 'config.libsonnet';
{
  _config+:: defaults,

  local given = $._config,
  local unknown = [key for key in std.objectFields(given) if !std.objectHas(defaults, key)],
  local mistyped = [key for key in std.objectFields(defaults) if std.type(given[key]) != std.type(defaults[key])],
  assert unknown == [] : 'zookeeper mixin: _config has no ' + std.join(', ', unknown)
                         + '; it has ' + std.join(', ', std.objectFields(defaults)),
  assert mistyped == [] : 'zookeeper mixin: of another type than the default in _config: ' + std.join(', ', mistyped),

  // Numbers as people write them: 0.05, and not 0.050000000000000003.
  local written(_, value) = if std.isNumber(value) then '%.12g' % value else value,
  local c = std.mapWithKey(written, given) {
    grouping: std.join('', [label + ', ' for label in given.groupingLabels]),
    legend: std.join(' ', ['{{' + label + '}}' for label in given.groupingLabels]),
    matchers: if given.selector == '' then '' else given.selector + ',',
    selection: if given.selector == '' then '' else '{' + given.selector + '}',
    runbook(alert):: given.runbookUrl % alert,
  },

  grafanaDashboards+:: (import 'dashboards.libsonnet')(c),
  prometheusAlerts+:: { groups+: (import 'rules.libsonnet')(c) },
  // Recorded series stand before the alerts that need them, in the same groups: Prometheus evaluates these in order.
  prometheusRules+:: { groups+: [] },
}
