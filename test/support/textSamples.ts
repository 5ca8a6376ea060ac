import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Texts of the kinds that agents send, by name. None of them was used to fit the estimate. */
export function textSamples(): ReadonlyMap<string, string> {
  const random = createRandom(20261122);
  return new Map([
    ...Object.entries(prose),
    ...Object.entries(code),
    ['TypeScript', ownFile('test/guards/architecture.test.ts')],
    ['TypeScript scripts', ownFile('scripts/stages.ts') + ownFile('scripts/test.ts')],
    ['Markdown', ownFile('CONTRIBUTING.md') + ownFile('SECURITY.md')],
    ['package.json', ownFile('package.json').slice(0, 20_000)],
    ['JSON on one line', JSON.stringify(JSON.parse(ownFile('biome.json'))).repeat(3)],
    ['package-lock.json', ownFile('package-lock.json').slice(40_000, 60_000)],
    ['SVG', ownFile('media/icon.svg')],
    ['numbered lines', numbered(ownFile('esbuild.config.mjs'))],
    ['unified diff', diff()],
    ['log of a service', serviceLog(random)],
    ['stack trace', stackTrace],
    ['directory listing', directoryListing(random)],
    ['CSV', csv(random)],
    ['JSON tool result', JSON.stringify(records(random), null, 2)],
    ['base64', bytes(random, 3000).toString('base64')],
    ['hexadecimal', bytes(random, 1500).toString('hex')],
    ['escaped JSON', JSON.stringify({ input: JSON.stringify(records(random)) })],
  ]);
}

function ownFile(name: string): string {
  return readFileSync(path.resolve(__dirname, '../..', name), 'utf8');
}

function numbered(text: string): string {
  return text
    .split('\n')
    .map((line, index) => `${String(index + 1).padStart(6)}\t${line}`)
    .join('\n');
}

/** The same sequence in every run. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Random = ReturnType<typeof createRandom>;

function pick(random: Random, words: readonly string[]): string {
  return words[random(words.length)] ?? '';
}

function bytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random(256)));
}

function serviceLog(random: Random): string {
  const line = () =>
    `2026-11-${10 + random(19)}T${10 + random(14)}:${10 + random(50)}:${10 + random(50)}.${100 + random(900)}Z ` +
    `${pick(random, ['INFO ', 'WARN ', 'ERROR', 'DEBUG'])} [${pick(random, ['http', 'queue', 'billing', 'db-pool-2'])}] ` +
    `${pick(random, ['request completed', 'retrying after timeout', 'cache miss for key', 'connection reset by peer'])} ` +
    `requestId=${bytes(random, 6).toString('hex')} durationMs=${random(4000)} status=${pick(random, ['200', '404', '503'])}`;
  return Array.from({ length: 80 }, line).join('\n');
}

function directoryListing(random: Random): string {
  const line = () =>
    `-rw-r--r-- 1 dev  staff ${String(random(900_000)).padStart(8)} Nov ${10 + random(19)} ${10 + random(14)}:${10 + random(50)} ` +
    `${pick(random, ['src', 'lib', 'test', 'docs'])}/${pick(random, ['user', 'order', 'invoice', 'session'])}-${pick(random, ['service', 'model', 'routes', 'helpers'])}.${pick(random, ['ts', 'js', 'md', 'json'])}`;
  return Array.from({ length: 80 }, line).join('\n');
}

function csv(random: Random): string {
  const line = () =>
    `${random(10_000)},${pick(random, ['Berlin', 'Lisbon', 'Osaka', 'Lagos'])},${random(1000)}.${10 + random(90)},2026-0${1 + random(9)}-${10 + random(19)},${pick(random, ['paid', 'open', 'overdue'])}`;
  return ['id,city,amount,date,state', ...Array.from({ length: 120 }, line)].join('\n');
}

function records(random: Random) {
  return Array.from({ length: 20 }, (_, index) => ({
    id: index + 1,
    name: `${pick(random, ['Ada', 'Grace', 'Linus', 'Barbara'])} ${pick(random, ['Hopper', 'Lovelace', 'Liskov'])}`,
    email: `user${random(5000)}@example.com`,
    isActive: random(2) === 1,
    score: random(10_000) / 100,
    tags: [pick(random, ['admin', 'beta', 'trial']), pick(random, ['eu', 'us', 'apac'])],
    lastSeenAt: `2026-11-${10 + random(19)}T08:${10 + random(50)}:00Z`,
  }));
}

/** Of two files of this repository, as git writes it; the exit code 1 says that they differ. */
function diff(): string {
  const files = ['src/proxy/wire/geminiContents.ts', 'src/proxy/wire/openaiChatMessages.ts'];
  try {
    const cwd = path.resolve(__dirname, '../..');
    return execFileSync('git', ['diff', '--no-index', ...files], { cwd, encoding: 'utf8' });
  } catch (error) {
    const output = error instanceof Error && 'stdout' in error ? error.stdout : '';
    return typeof output === 'string' ? output : '';
  }
}

const prose = {
  English: `The migration went through on Tuesday night, but two of the nightly jobs kept failing with the same timeout. After
reading the logs we found that the connection pool was exhausted whenever the report generator started at the same moment as the
importer. We could raise the limit, of course, though that would only hide the problem for a few weeks. What I would rather do is
move the report generator to its own pool and let the importer wait its turn. Could you have a look at the configuration, write
down which settings have to change, and tell me whether we need to restart the workers? There is no hurry: the next release is
planned for the end of the month, and until then nobody should notice anything worse than a slightly late summary e-mail.`,
  German: `Die Umstellung lief in der Nacht zum Dienstag durch, allerdings sind zwei der nächtlichen Aufträge mit derselben
Zeitüberschreitung abgebrochen. In den Protokollen steht, dass alle Verbindungen belegt waren, sobald die Berichtserstellung
gleichzeitig mit dem Import begann. Wir könnten die Obergrenze natürlich erhöhen, würden das Problem damit aber nur um einige
Wochen verschieben. Lieber wäre mir, die Berichte bekämen einen eigenen Vorrat an Verbindungen und der Import müsste warten, bis
er an der Reihe ist. Kannst du dir bitte die Einstellungen ansehen und aufschreiben, welche davon geändert werden müssen?`,
  French: `La migration s’est terminée dans la nuit de mardi, mais deux des tâches planifiées ont échoué avec le même dépassement de
délai. Les journaux montrent que toutes les connexions étaient occupées dès que la génération des rapports démarrait en même temps
que l’importation. On pourrait bien sûr augmenter la limite, mais cela ne ferait que cacher le problème pendant quelques semaines.
Je préférerais donner aux rapports leurs propres connexions. Peux-tu regarder la configuration et noter ce qu’il faut changer ?`,
  Spanish: `La migración terminó el martes por la noche, pero dos de las tareas programadas fallaron con el mismo error de tiempo de
espera. Los registros muestran que todas las conexiones estaban ocupadas cuando el generador de informes empezaba a la vez que la
importación. Podríamos aumentar el límite, claro, aunque eso solo escondería el problema durante unas semanas. Preferiría dar a los
informes sus propias conexiones y dejar que la importación espere su turno. ¿Puedes revisar la configuración, por favor?`,
  Polish: `Migracja zakończyła się we wtorek w nocy, ale dwa zadania cykliczne przerwano z powodu przekroczenia czasu oczekiwania. Z
dzienników wynika, że wszystkie połączenia były zajęte, gdy generowanie raportów rozpoczynało się w tej samej chwili co import.
Moglibyśmy oczywiście podnieść limit, lecz w ten sposób tylko ukryjemy problem na kilka tygodni. Wolałbym, żeby raporty miały własną
pulę połączeń. Czy możesz sprawdzić konfigurację i zapisać, które ustawienia trzeba zmienić?`,
  Russian: `Перенос данных закончился во вторник ночью, но две ночные задачи завершились с одной и той же ошибкой: истекло время
ожидания. В журналах видно, что все соединения были заняты, когда построение отчётов начиналось одновременно с загрузкой. Конечно,
можно увеличить предел, но тогда мы лишь спрячем проблему на несколько недель. Мне больше нравится другой путь: дать отчётам
собственный набор соединений, а загрузка пусть ждёт своей очереди. Посмотри, пожалуйста, настройки и запиши, что нужно изменить.`,
  Chinese: `迁移在周二夜里完成了,但是有两个夜间任务因为同样的超时错误而失败。日志显示,每当报表生成和数据导入同时开始的时候,所有的数据库连接
都被占用。我们当然可以提高上限,可是这样只会把问题掩盖几个星期。我更希望让报表使用自己的连接池,让导入任务排队等待。请你看一下配置文件,写下
需要修改的设置,并告诉我是否需要重新启动工作进程。不用着急:下一个版本计划在月底发布,在那之前大家应该不会注意到什么大问题。`,
  Japanese: `移行は火曜日の夜に完了しましたが、夜間ジョブのうち二つが同じタイムアウトで失敗しました。ログを見ると、レポートの生成とデータの取り込みが
同時に始まったとき、すべての接続が使われていたことがわかります。上限を上げることもできますが、それでは問題を数週間隠すだけです。できれば、レポート
には専用の接続プールを用意して、取り込みは順番を待つようにしたいと思います。設定を確認して、変更が必要な項目を書き出してもらえますか。`,
  Korean: `마이그레이션은 화요일 밤에 끝났지만 야간 작업 두 개가 같은 시간 초과로 실패했습니다. 로그를 보면 보고서 생성과 데이터 가져오기가 동시에 시작될 때마다 모든 연결이
사용 중이었습니다. 물론 한도를 늘릴 수도 있지만 그러면 문제를 몇 주 동안 숨길 뿐입니다. 보고서에는 별도의 연결 풀을 주고 가져오기는 차례를 기다리게 하는 편이
좋겠습니다. 설정을 살펴보고 무엇을 바꿔야 하는지 적어 주시겠어요?`,
} as const;

const code = {
  Python: `from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Measurement:
    """One reading of a sensor, in SI units."""

    sensor: str
    value: float
    taken_at: float = field(default=0.0)


async def collect(paths: list[Path], *, limit: int = 8) -> dict[str, list[Measurement]]:
    semaphore = asyncio.Semaphore(limit)
    result: dict[str, list[Measurement]] = {}

    async def read(path: Path) -> None:
        async with semaphore:
            for line in path.read_text(encoding="utf-8").splitlines():
                if not line or line.startswith("#"):
                    continue
                name, value, taken_at = line.split(";", 2)
                result.setdefault(name, []).append(Measurement(name, float(value), float(taken_at)))

    await asyncio.gather(*(read(path) for path in paths if path.suffix == ".csv"))
    return {name: sorted(items, key=lambda item: item.taken_at) for name, items in result.items()}


if __name__ == "__main__":
    print(asyncio.run(collect(sorted(Path("data").glob("**/*.csv")))))
`,
  Go: `package cache

import (
	"container/list"
	"sync"
	"time"
)

// LRU keeps at most Capacity entries and forgets the one that was not asked for the longest.
type LRU[K comparable, V any] struct {
	mu       sync.Mutex
	capacity int
	order    *list.List
	items    map[K]*list.Element
}

type entry[K comparable, V any] struct {
	key       K
	value     V
	expiresAt time.Time
}

func New[K comparable, V any](capacity int) *LRU[K, V] {
	return &LRU[K, V]{capacity: capacity, order: list.New(), items: make(map[K]*list.Element, capacity)}
}

func (c *LRU[K, V]) Get(key K) (value V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, found := c.items[key]
	if !found {
		return value, false
	}
	item := element.Value.(*entry[K, V])
	if !item.expiresAt.IsZero() && time.Now().After(item.expiresAt) {
		c.order.Remove(element)
		delete(c.items, key)
		return value, false
	}
	c.order.MoveToFront(element)
	return item.value, true
}
`,
  Rust: `use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    Number(f64),
    Operator(char),
    Paren { open: bool },
}

pub fn tokenize(input: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut chars = input.chars().peekable();
    while let Some(&c) = chars.peek() {
        match c {
            '0'..='9' | '.' => {
                let mut number = String::new();
                while let Some(&d) = chars.peek().filter(|d| d.is_ascii_digit() || **d == '.') {
                    number.push(d);
                    chars.next();
                }
                tokens.push(Token::Number(number.parse().map_err(|e| format!("{e}: {number}"))?));
            }
            '+' | '-' | '*' | '/' => { tokens.push(Token::Operator(c)); chars.next(); }
            '(' | ')' => { tokens.push(Token::Paren { open: c == '(' }); chars.next(); }
            c if c.is_whitespace() => { chars.next(); }
            other => return Err(format!("unexpected character {other:?}")),
        }
    }
    Ok(tokens)
}

fn main() -> io::Result<()> {
    let mut counts: BTreeMap<usize, u32> = BTreeMap::new();
    for line in io::stdin().lock().lines() {
        *counts.entry(tokenize(&line?).map_or(0, |t| t.len())).or_default() += 1;
    }
    writeln!(io::stdout(), "{counts:#?}")
}
`,
  Java: `package com.example.orders;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

@Service
@Transactional(readOnly = true)
public class OrderSummaryService {
    private static final Logger LOGGER = LoggerFactory.getLogger(OrderSummaryService.class);
    private final OrderRepository orderRepository;

    public OrderSummaryService(OrderRepository orderRepository) {
        this.orderRepository = orderRepository;
    }

    public Map<Customer, BigDecimal> totalsByCustomer(List<Long> orderIds) {
        return orderRepository.findAllById(orderIds).stream()
            .filter(order -> order.getStatus() != OrderStatus.CANCELLED)
            .collect(Collectors.groupingBy(
                Order::getCustomer,
                Collectors.mapping(Order::getTotal, Collectors.reducing(BigDecimal.ZERO, BigDecimal::add))));
    }

    public Optional<Order> findLargest() {
        LOGGER.debug("Looking for the largest of {} orders", orderRepository.count());
        return orderRepository.findFirstByOrderByTotalDesc();
    }
}
`,
  SQL: `CREATE TABLE invoice_lines (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    invoice_id  BIGINT NOT NULL REFERENCES invoices (id) ON DELETE CASCADE,
    description VARCHAR(200) NOT NULL,
    quantity    NUMERIC(10, 2) NOT NULL CHECK (quantity > 0),
    unit_price  NUMERIC(12, 4) NOT NULL
);

WITH monthly AS (
    SELECT date_trunc('month', i.issued_at) AS month, i.customer_id, SUM(l.quantity * l.unit_price) AS total
    FROM invoices i
    JOIN invoice_lines l ON l.invoice_id = i.id
    WHERE i.status <> 'draft' AND i.issued_at >= now() - INTERVAL '12 months'
    GROUP BY 1, 2
)
SELECT c.name, m.month, m.total, RANK() OVER (PARTITION BY m.month ORDER BY m.total DESC) AS place
FROM monthly m
LEFT JOIN customers c ON c.id = m.customer_id
ORDER BY m.month DESC, place
LIMIT 50;
`,
  shell: `#!/usr/bin/env bash
set -euo pipefail

readonly BACKUP_DIR="\${BACKUP_DIR:-/var/backups/app}"
readonly KEEP_DAYS=14

log() { printf '%s %s\\n' "$(date -u +%FT%TZ)" "$*" >&2; }

if ! command -v pg_dump >/dev/null 2>&1; then
  log "pg_dump is missing; install postgresql-client"
  exit 1
fi

mkdir -p "$BACKUP_DIR"
for database in $(psql -Atc "SELECT datname FROM pg_database WHERE NOT datistemplate"); do
  target="$BACKUP_DIR/$database-$(date +%Y%m%d).sql.gz"
  log "dumping $database to $target"
  pg_dump --no-owner --format=plain "$database" | gzip -9 > "$target.part" && mv "$target.part" "$target"
done
find "$BACKUP_DIR" -name '*.sql.gz' -mtime "+$KEEP_DAYS" -print -delete | while read -r old; do log "removed $old"; done
`,
  HTML: `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Quarterly report</title>
    <link rel="stylesheet" href="/assets/main.4f9c1d.css" />
  </head>
  <body class="page page--report">
    <nav class="nav" aria-label="Main">
      <ul class="nav__list">
        <li class="nav__item"><a class="nav__link" href="/reports?year=2026&amp;quarter=3">Reports</a></li>
        <li class="nav__item nav__item--active"><a class="nav__link" href="/settings">Settings</a></li>
      </ul>
    </nav>
    <main>
      <h1 id="title">Revenue by region</h1>
      <table data-sortable="true"><thead><tr><th scope="col">Region</th><th scope="col">Revenue</th></tr></thead></table>
      <button type="button" onclick="exportTable('#title')" disabled>Export&hellip;</button>
    </main>
  </body>
</html>
`,
  CSS: `:root {
  --color-accent: #3b82f6;
  --space-2: 0.5rem;
}

.nav__item:not(:last-child)::after {
  content: "";
  margin-inline: var(--space-2);
  border-right: 1px solid color-mix(in srgb, var(--color-accent) 40%, transparent);
}

@media (max-width: 48rem) {
  .page--report main { display: grid; grid-template-columns: minmax(0, 1fr); gap: calc(var(--space-2) * 2); }
  .nav__link:focus-visible { outline: 2px solid var(--color-accent); outline-offset: 2px; transition: outline-offset 120ms ease-out; }
}
`,
} as const;

const stackTrace = `TypeError: Cannot read properties of undefined (reading 'targets')
    at walkChain (/home/dev/project/src/proxy/chain.ts:61:24)
    at async handleMessages (/home/dev/project/src/proxy/messages.ts:58:21)
    at async Server.dispatch (/home/dev/project/src/proxy/server.ts:142:7)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)

  1 failing

  1) routing
       sends a long request to the model with the largest window:

      AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:
      + actual - expected

      + 'opencode-go/glm-5.3'
      - 'opencode-go/qwen4-coder'
                     ^
      at Context.<anonymous> (test/unit/proxy/router.test.ts:210:14)
`;
