// The state timeline, which Grafana does not publish as a component. It is ours, on Grafana's parts: plot, axes, scales
// and legend; each value's text and colour come from the field's own configuration.
import { applyNullInsertThreshold, formattedValueToString, getFieldDisplayName } from '@grafana/data';
import { GraphNG, UPlotConfigBuilder, VizLayout, VizLegend } from '@grafana/ui';

/** The spans of equal value in a field, as [first, end, value]; `end` is where another value or a gap begins. */
function spans(values) {
  const found = [];
  values.forEach((value, at) => {
    const last = found.at(-1);
    if (last && last[1] === at && (value === last[2] || value === undefined)) {
      last[1] = at + 1;
    } else if (value != null) {
      found.push([at, at + 1, value]);
    }
  });
  return found;
}

/** Paints all rows: a box for each span, with its text where there is room. */
function paint(plot, frame, options, theme) {
  const { ctx, bbox } = plot;
  const [times, ...rows] = frame.fields;
  const tall = bbox.height / rows.length;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = `${12 * devicePixelRatio}px ${theme.typography.fontFamily}`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  rows.forEach((field, row) => {
    const top = bbox.top + tall * (row + (1 - options.rowHeight) / 2);
    for (const [first, end, value] of spans(field.values)) {
      const left = Math.max(plot.valToPos(times.values[first], 'x', true), bbox.left);
      const until = times.values[end] ?? plot.scales.x.max;
      const width = plot.valToPos(until, 'x', true) - left;
      const shown = field.display(value);
      ctx.globalAlpha = (field.config.custom.fillOpacity ?? 70) / 100;
      ctx.fillStyle = shown.color;
      ctx.fillRect(left, top, width, tall * options.rowHeight);
      ctx.globalAlpha = 1;
      const words = formattedValueToString(shown);
      if (options.showValue !== 'never' && ctx.measureText(words).width + 8 < width) {
        ctx.fillStyle = theme.colors.getContrastText(shown.color, theme.colors.contrastThreshold);
        ctx.fillText(words, left + 4, top + tall * options.rowHeight / 2);
      }
    }
  });
  ctx.restore();
}

/** Grafana's plot, with a row for each field. */
function configure(frame, frames, getRange, options, theme) {
  const builder = new UPlotConfigBuilder('utc');
  const rows = frame.fields.slice(1);
  const names = rows.map(({ state: { origin } }) =>
    getFieldDisplayName(frames[origin.frameIndex].fields[origin.fieldIndex], frames[origin.frameIndex], frames));
  builder.setPrepData(([aligned]) => aligned.fields.map((field) => field.values));
  builder.addScale({ scaleKey: 'x', isTime: true, orientation: 0, direction: 1,
                     range: () => [getRange().from.valueOf(), getRange().to.valueOf()] });
  builder.addScale({ scaleKey: 'y', orientation: 1, direction: 1, range: [0, 1] });
  builder.addAxis({ scaleKey: 'x', isTime: true, placement: 'bottom', timeZone: 'utc', theme });
  builder.addAxis({ scaleKey: 'y', placement: 'left', theme, grid: { show: false }, ticks: { show: false },
                    splits: rows.map((_, row) => 1 - (row + 0.5) / rows.length), values: names });
  for (const field of rows) {
    builder.addSeries({ scaleKey: 'y', theme, pathBuilder: () => null, showPoints: 'never', drawStyle: 'line',
                        dataFrameFieldIndex: field.state.origin });
  }
  builder.addHook('draw', (plot) => paint(plot, frame, options, theme));
  return builder;
}

/** A legend of the states that the dashboard names. */
function states(panel, theme) {
  return panel.fieldConfig.defaults.mappings.filter((each) => each.type === 'value').flatMap((each) =>
    Object.values(each.options).map(({ text, color }) => ({
      label: text, color: theme.visualization.getColorByName(color), yAxis: 1 })));
}

export function StateTimeline({ panel, prepared, range, width, height, theme }) {
  const { legend } = panel.options;
  const until = range.to.valueOf();  // where a series has ended, there is nothing
  const frames = prepared.frames.map((frame) => applyNullInsertThreshold({ frame, refFieldPseudoMax: until }));
  return <GraphNG frames={frames} structureRev={1} timeRange={range} timeZone="utc" width={width} height={height}
    legend={legend} options={panel.options} theme={theme}
    prepConfig={(frame, frames, getRange) => configure(frame, frames, getRange, panel.options, theme)}
    renderLegend={() => (legend.showLegend ? <VizLayout.Legend placement={legend.placement}>
      <VizLegend items={states(panel, theme)} placement={legend.placement} displayMode={legend.displayMode} />
    </VizLayout.Legend> : null)} />;
}
