import { Field } from './Field.tsx';
import { sourceLabel } from './ledger/describe.ts';

interface Props {
  sources: readonly { source: string; kind: string; participant: string | null }[];
  value: string | undefined;
  onChange: (source: string | undefined) => void;
}

export function SourceFilter({ sources, value, onChange }: Props) {
  return (
    <search className="row row-end">
      <Field label="Source">
        <select value={value ?? ''} onChange={(event) => onChange(event.target.value || undefined)}>
          <option value="">All sources</option>
          {sources.map((source) => (
            <option key={source.source} value={source.source}>
              {sourceLabel(source)}
            </option>
          ))}
        </select>
      </Field>
    </search>
  );
}
