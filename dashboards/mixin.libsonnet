// For those who build their monitoring from mixins: the committed dashboards and rules, as they are.
{
  grafanaDashboards+:: {
    'zookeeper-overview.json': import 'zookeeper-overview.json',
    'zookeeper-ensemble.json': import 'zookeeper-ensemble.json',
    'zookeeper-member.json': import 'zookeeper-member.json',
    'zookeeper-exporter.json': import 'zookeeper-exporter.json',
  },
  // JSON, since Debian's jsonnet cannot read the block scalars of alerts/*.rules.yml.
  prometheusAlerts+:: import '../alerts/zookeeper.rules.json',
}
