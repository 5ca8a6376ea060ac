import type { HealthView } from '../messages';
import { TableFrame } from './dataTable';
import { durationText } from './duration';
import { Empty } from './empty';
import { numbered } from './numbered';
import { useNow, usePage } from './page';
import { send } from './vscodeApi';

/** What is remembered of keys, plans, hosts and models, and when what rests is asked again. */
export function Health({ rows }: { readonly rows: readonly HealthView[] }) {
  const { text } = usePage();
  const now = useNow(rows.some(({ untilAt }) => untilAt !== undefined) ? 'second' : 'never');
  const again = ({ untilAt }: HealthView) => {
    if (untilAt === undefined) return '';
    return untilAt <= now ? text('againNow') : text('againIn', durationText(untilAt - now, text));
  };
  const hasTrouble = rows.some(({ tone }) => tone === 'warning' || tone === 'bad');
  return (
    <section class="health" aria-labelledby="health-title">
      <div class="title-line">
        <h2 id="health-title">{text('health')}</h2>
        {hasTrouble && (
          <button
            type="button"
            class="secondary"
            onClick={() => send({ type: 'run', action: 'resetHealth' })}
          >
            {text('resetHealth')}
          </button>
        )}
      </div>
      {rows.length === 0 ? (
        <Empty sentence={text('healthEmpty')} />
      ) : (
        <TableFrame label={text('health')}>
          <table aria-label={text('health')}>
            <thead>
              <tr>
                <th scope="col">{text('scope')}</th>
                <th scope="col">{text('name')}</th>
                <th scope="col">{text('state')}</th>
                <th scope="col">{text('again')}</th>
              </tr>
            </thead>
            <tbody>
              {numbered(rows).map(({ key, item: row }) => (
                <tr key={key}>
                  <td class="scope">{row.scope}</td>
                  <th scope="row">{row.name}</th>
                  <td>
                    <span class={`tone ${row.tone}`}>{row.state}</span>
                    {row.why !== '' && <span class="remark">{row.why}</span>}
                  </td>
                  <td class="countdown">{again(row)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
    </section>
  );
}
