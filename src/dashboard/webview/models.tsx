import type { TableView } from '../messages';
import { DataTable } from './dataTable';
import { Empty } from './empty';
import { usePage } from './page';

/** How fast and how reliable each model was. */
export function Models({ models }: { readonly models: TableView | undefined }) {
  const { text } = usePage();
  return (
    <section aria-labelledby="models-title">
      <h2 id="models-title">{text('models')}</h2>
      {models === undefined ? (
        <Empty sentence={text('modelsEmpty')} />
      ) : (
        <>
          <DataTable table={models} label={text('models')} />
          <p class="remark">{text('modelsHint')}</p>
        </>
      )}
    </section>
  );
}
