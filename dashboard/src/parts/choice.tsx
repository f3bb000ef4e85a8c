/** One of a few ways to see a panel: a row of buttons of which one is pressed. */

interface ChoiceProps {
  label: string;
  /** Titles by value. */
  values: Record<string, string>;
  chosen: string;
  onChoose: (value: string) => void;
}

export function Choice({ label, values, chosen, onChoose }: ChoiceProps) {
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      {Object.entries(values).map(([value, title]) => (
        <button type="button" key={value} aria-pressed={value === chosen} onClick={() => onChoose(value)}>
          {title}
        </button>
      ))}
    </fieldset>
  );
}
