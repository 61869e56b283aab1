// Every key of _config with its default.
{
  // Matchers for all metrics of the exporter and its `up`, such as 'job="zookeeper"'. None: all are taken.
  selector: '',
  // Labels that, with `ensemble`, tell ensembles apart.
  groupingLabels: ['cluster'],
  // Where the runbooks are; %s is the name of the alert.
  runbookUrl: 'https://github.com/zookeeper-exporter/zookeeper-exporter/blob/main/alerts/runbooks/%s.md',
  // The address of Grafana, to stand before /d/... in the annotation dashboard_url.
  dashboardUrl: '',
}
// Thresholds and durations of the alerts: alerts/README.md and the runbooks say what they mean.
+ import 'thresholds.libsonnet'
