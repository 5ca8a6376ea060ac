import type { DetailsView, PairView } from '../messages';
import { DataTable, TableFrame } from './dataTable';
import { numbered } from './numbered';
import { usePage } from './page';
import { send } from './vscodeApi';

export interface DetailsProps {
  readonly details: DetailsView;
  readonly onClose: () => void;
}

/** One request in full: why it went where it went, and what each model did. */
export function Details({ details, onClose }: DetailsProps) {
  const { text } = usePage();
  const { key, title, lines, tried, rules, facts, usage } = details;
  const [outcome, ...others] = lines;
  return (
    <section class="details" aria-labelledby="details-title">
      <div class="title-line">
        <h2 id="details-title">{title}</h2>
        <div class="buttons">
          <button type="button" class="secondary" onClick={() => send({ type: 'explain', key })}>
            {text('openPage')}
          </button>
          <button type="button" class="secondary" onClick={onClose}>
            {text('close')}
          </button>
        </div>
      </div>
      <p class="outcome">{outcome}</p>
      {numbered(others).map(({ key: line, item }) => (
        <p key={line}>{item}</p>
      ))}
      <h3>{text('tried')}</h3>
      <DataTable table={tried} label={text('tried')} />
      {rules.length > 0 && (
        <>
          <h3>{text('rules')}</h3>
          <TableFrame label={text('rules')}>
            <table aria-label={text('rules')}>
              <thead>
                <tr>
                  <th scope="col">{text('rule')}</th>
                  <th scope="col">{text('why')}</th>
                </tr>
              </thead>
              <tbody>
                {numbered(rules).map(({ key: row, item: { rule, isMatched, why } }) => (
                  <tr key={row} class={isMatched ? 'matched' : ''}>
                    <th scope="row">
                      <span
                        class="mark"
                        role="img"
                        aria-label={text(isMatched ? 'ruleMatched' : 'ruleNotMatched')}
                      >
                        {isMatched ? '✓' : '–'}
                      </span>
                      {rule}
                    </th>
                    <td>{why}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableFrame>
        </>
      )}
      <h3>{text('facts')}</h3>
      <Pairs pairs={facts} />
      {usage.length > 0 && (
        <>
          <h3>{text('usage')}</h3>
          <Pairs pairs={usage} />
        </>
      )}
    </section>
  );
}

function Pairs({ pairs }: { readonly pairs: readonly PairView[] }) {
  return (
    <dl class="pairs">
      {pairs.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
