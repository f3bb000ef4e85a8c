/** Numbers as a small line, for the end of a row that says them in words. */

export function Spark({ values }: { values: ArrayLike<number> }) {
  const numbers = Array.from(values);
  const most = Math.max(1, ...numbers);
  const points = numbers.map((value, place) => `${place},${(most - value).toFixed(2)}`);
  return (
    <svg
      class="spark"
      viewBox={`0 ${-0.05 * most} ${Math.max(1, numbers.length - 1)} ${1.1 * most}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <polyline points={points.join(" ")} vector-effect="non-scaling-stroke" />
    </svg>
  );
}
