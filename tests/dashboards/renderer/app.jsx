// Draws one dashboard with Grafana's own components, over answers that were asked of Prometheus before: `draw(input)`.
// Field configuration, units, thresholds, mappings, transformations, values, tables, graphs, legends and the frames of
// panels are Grafana's code. Ours: the grid, the header, how answers become data, and the state timeline.
import * as data from '@grafana/data';
import * as ui from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import { Component, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { flushSync } from 'react-dom';
import { StateTimeline } from './timeline.jsx';

const CELL = 30, GAP = 8, MARGIN = 16, TIME_ZONE = 'utc';
const theme = data.createTheme({ colors: { mode: 'dark' } });
const asItIs = (text) => text;  // the dashboards have variables in queries, which are filled in, and in addresses only

// What Grafana's panels assume of a field where the dashboard says nothing.
const CUSTOM = {
  timeseries: {
    drawStyle: 'line', lineInterpolation: 'linear', lineWidth: 1, fillOpacity: 0, showPoints: 'auto', pointSize: 5,
    spanNulls: false, axisPlacement: 'auto', scaleDistribution: { type: 'linear' }, thresholdsStyle: { mode: 'off' },
  },
  'state-timeline': { lineWidth: 0, fillOpacity: 70 },
  table: { align: 'auto', cellOptions: { type: 'auto' } },
};
const STANDARD = {
  displayName: data.displayNameOverrideProcessor, unit: data.unitOverrideProcessor, min: data.numberOverrideProcessor,
  max: data.numberOverrideProcessor, decimals: data.numberOverrideProcessor, noValue: data.stringOverrideProcessor,
  thresholds: data.thresholdsOverrideProcessor, mappings: data.valueMappingsOverrideProcessor,
  links: data.dataLinksOverrideProcessor, color: data.identityOverrideProcessor,
};

data.standardTransformersRegistry.setInit(() => [...new Set(Object.values(data.standardTransformers))].map(
  (transformer) => ({ id: transformer.id, name: transformer.name, transformation: async () => transformer })));

/** The properties of fields that the dashboard's panel sets, for Grafana's applyFieldOverrides. */
function registry(fieldConfig) {
  const item = (path, process, isCustom) => ({
    id: isCustom ? `custom.${path}` : path, path, name: path, isCustom, process, settings: {},
    shouldApply: () => true });
  const named = fieldConfig.overrides.flatMap((rule) => rule.properties.map((property) => property.id));
  const custom = [...Object.keys(fieldConfig.defaults.custom),
    ...named.filter((id) => id.startsWith('custom.')).map((id) => id.slice('custom.'.length))];
  return new data.FieldConfigOptionsRegistry(() => [
    ...Object.entries(STANDARD).map(([id, process]) => item(id, process, false)),
    ...[...new Set(custom)].map((path) => item(path, data.identityOverrideProcessor, true))]);
}

/** A series' name, as the data source gives it; none for "Auto": then Grafana names it by its labels. */
function legend(format, labels, expression) {
  if (format === '__auto') {
    return Object.keys(labels).length ? undefined : expression;
  }
  return format.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => labels[label] ?? '');
}

/** The answers to a panel's targets as Grafana's Prometheus data source makes frames of them. */
function frames(panel, answers, step) {
  return panel.targets.flatMap((target) => {
    const series = answers[target.refId].map(({ metric, value, values }) => {
      const points = values ?? [value];
      return { labels: metric, times: points.map(([at]) => at * 1000),
               values: points.map(([, text]) => Number(text.replace('Inf', 'Infinity'))) };
    });
    if (target.format === 'table') {
      if (!series.length) {
        return [];
      }
      const labels = [...new Set(series.flatMap((each) => Object.keys(each.labels)))].sort();
      return [data.toDataFrame({ refId: target.refId, fields: [
        { name: 'Time', type: 'time', values: series.map((each) => each.times[0]) },
        ...labels.map((name) => ({ name, type: 'string', config: { filterable: true },
                                   values: series.map((each) => each.labels[name] ?? '') })),
        { name: panel.targets.length > 1 ? `Value #${target.refId}` : 'Value', type: 'number',
          values: series.map((each) => each.values[0]) }] })];
    }
    return series.map(({ labels, times, values }) => data.toDataFrame({ refId: target.refId, fields: [
      { name: 'Time', type: 'time', values: times, config: target.instant ? {} : { interval: step * 1000 } },
      { name: 'Value', type: 'number', values, labels,
        config: { displayNameFromDS: legend(target.legendFormat, labels, target.expr) } }] }));
  });
}

/** A panel's frames after its transformations and field configuration. */
async function prepare(panel, input) {
  const source = panel.fieldConfig;
  const fieldConfig = { ...source, defaults: {
    ...source.defaults, custom: { ...CUSTOM[panel.type], ...source.defaults.custom } } };
  const transformed = await data.transformDataFrame(panel.transformations ?? [],
    frames(panel, input.answers[panel.id], input.step), { interpolate: asItIs }).toPromise();
  const configured = data.applyFieldOverrides({ data: transformed, fieldConfig, theme, replaceVariables: asItIs,
                                               timeZone: TIME_ZONE, fieldConfigRegistry: registry(fieldConfig) });
  data.cacheFieldDisplayNames(configured);
  return { fieldConfig, frames: configured };
}

function Stat({ panel, prepared, width, height }) {
  const options = panel.options;
  const values = () => data.getFieldDisplayValues({
    fieldConfig: prepared.fieldConfig, reduceOptions: options.reduceOptions, replaceVariables: asItIs, theme,
    data: prepared.frames, timeZone: TIME_ZONE });
  const one = ({ value, alignmentFactors, count, width, height }) => (
    <div data-tile>
      <ui.BigValue value={value.display} count={count} width={width} height={height} theme={theme}
        colorMode={options.colorMode} graphMode={options.graphMode} justifyMode={options.justifyMode}
        textMode={options.textMode} text={options.text} alignmentFactors={alignmentFactors}
        disableWideLayout={!options.wideLayout} hasLinks={value.hasLinks} />
    </div>);
  return <ui.VizRepeater getValues={values} getAlignmentFactors={data.getDisplayValueAlignmentFactors} renderValue={one}
    width={width} height={height} source={prepared.frames} itemSpacing={3} renderCounter={0} autoGrid
    orientation={options.orientation} />;
}

function Table({ panel, prepared, width, height }) {
  return <TableNG data={prepared.frames[0]} width={width} height={height} noHeader={!panel.options.showHeader}
    cellHeight={panel.options.cellHeight} sortBy={panel.options.sortBy} fieldConfig={prepared.fieldConfig}
    noValue={prepared.fieldConfig.defaults.noValue} enableVirtualization={false} structureRev={1} />;
}

function Graph({ panel, prepared, range, width, height }) {
  return <ui.TimeSeries frames={prepared.frames} structureRev={1} timeRange={range} timeZone={TIME_ZONE}
    width={width} height={height} legend={panel.options.legend} options={panel.options} />;
}

const KINDS = { stat: Stat, table: Table, timeseries: Graph, 'state-timeline': StateTimeline };

class Guard extends Component {
  state = {};
  static getDerivedStateFromError(error) {
    return { error };
  }
  render() {
    return this.state.error ? <pre data-error>{String(this.state.error.stack)}</pre> : this.props.children;
  }
}

function Body(props) {
  const { panel, prepared } = props;
  if (panel.type !== 'stat' && !prepared.frames.some((frame) => frame.length)) {
    return <div data-empty style={{ height: '100%', display: 'grid', placeItems: 'center' }}>
      {prepared.fieldConfig.defaults.noValue ?? 'No data'}</div>;
  }
  const Kind = KINDS[panel.type];
  if (!Kind) {
    throw new Error(`no component of Grafana's draws a ${panel.type}`);
  }
  return <Kind {...props} theme={theme} />;
}

function Panel({ panel, input, range, width, height }) {
  const [prepared, setPrepared] = useState();
  useEffect(() => {
    prepare(panel, input).then(setPrepared, (error) => setPrepared({ error }));
  }, []);
  const links = panel.links?.length > 0 && (
    <ui.PanelChrome.TitleItem title={panel.links[0].title}>
      <ui.Icon name="external-link-alt" />
    </ui.PanelChrome.TitleItem>);
  return <ui.PanelChrome title={panel.title} description={panel.description} titleItems={links}
    width={width} height={height}>
    {(width, height) => <Guard>
      {prepared?.error && <pre data-error>{String(prepared.error.stack)}</pre>}
      {prepared?.frames && <div data-drawn style={{ width, height }}>
        <Body panel={panel} prepared={prepared} range={range} width={width} height={height} /></div>}
    </Guard>}
  </ui.PanelChrome>;
}

function Dashboard({ input }) {
  const { dashboard, from, to } = input;
  const range = { from: data.dateTime(from * 1000), to: data.dateTime(to * 1000), raw: { from: 'now', to: 'now' } };
  const column = (window.innerWidth - 2 * MARGIN - 23 * GAP) / 24;
  const place = ({ x, y, w, h }) => ({
    position: 'absolute', left: MARGIN + x * (column + GAP), top: 56 + y * (CELL + GAP),
    width: w * (column + GAP) - GAP, height: h * (CELL + GAP) - GAP });
  const bottom = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  const shown = (at) => data.dateTimeFormat(at * 1000, { timeZone: TIME_ZONE });
  return (
    <data.ThemeContext.Provider value={theme}>
      <ui.GlobalStyles />
      <div style={{ position: 'relative', height: 64 + bottom * (CELL + GAP) }}>
        <div style={{ position: 'absolute', left: MARGIN, right: MARGIN, top: 16, display: 'flex', gap: 24 }}>
          <b>{dashboard.title}</b><span style={{ marginLeft: 'auto' }}>{shown(from)} to {shown(to)} UTC</span>
        </div>
        {dashboard.panels.map((panel) => {
          const style = place(panel.gridPos);
          if (panel.type === 'row') {
            return <div key={panel.id} style={style}><ui.Icon name="angle-down" /> {panel.title}</div>;
          }
          return <div key={panel.id} data-panel={panel.id} style={style}>
            <Panel panel={panel} input={input} range={range} width={style.width} height={style.height} /></div>;
        })}
      </div>
    </data.ThemeContext.Provider>);
}

window.draw = (input) => {
  flushSync(() => createRoot(document.getElementById('root')).render(<Dashboard input={input} />));
};
