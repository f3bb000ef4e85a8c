/** The most important numbers of a view in a row. */

interface Figure {
  label: string;
  value: string;
}

export function Figures({ figures }: { figures: Figure[] }) {
  return (
    <dl class="numbers">
      {figures.map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
