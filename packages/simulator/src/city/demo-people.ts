/** The people of the local stack's city, and the demo user for newcomers. It imports nothing, so that a web page may read it. */

interface DemoPerson {
  /** User id. */
  readonly id: string;
  readonly displayName: string;
}

/** Not simulated: a person who signs in as `demo` has many friends nearby at once. */
export const DEMO_PERSON: DemoPerson = { id: 'demo', displayName: 'Demo' };

/** The middle of the map, where `demo` lives; degrees. */
export const DEMO_HOME = { lat: 41.8695, lng: -87.6929 } as const;

/** The first of those who live in the city, in their order. */
export const DEMO_NAMES: readonly DemoPerson[] = [
  ['ada', 'Ada'],
  ['minjun', '민준'],
  ['carlos', 'Carlos'],
  ['seoyeon', '서연'],
  ['grace', 'Grace'],
  ['kwame', 'Kwame'],
  ['ines', 'Inês'],
  ['jiho', '지호'],
  ['lukas', 'Lukáš'],
  ['amara', 'Amara'],
  ['noor', 'Noor'],
  ['haeun', '하은'],
  ['tomas', 'Tomás'],
  ['yuki', 'Yuki'],
  ['olivia', 'Olivia'],
  ['dohyun', '도현'],
  ['farah', 'Farah'],
  ['soren', 'Søren'],
  ['priya', 'Priya'],
  ['jiwoo', '지우'],
  ['marek', 'Marek'],
  ['zoe', 'Zoë'],
  ['omar', 'Omar'],
  ['suah', '수아'],
  ['elena', 'Elena'],
  ['kofi', 'Kofi'],
  ['hana', 'Hana'],
  ['siwoo', '시우'],
  ['bruno', 'Bruno'],
  ['leila', 'Leila'],
  ['anton', 'Anton'],
  ['yejun', '예준'],
  ['mei', 'Mei'],
  ['ruth', 'Ruth'],
  ['diego', 'Diego'],
  ['chaewon', '채원'],
  ['ingrid', 'Ingrid'],
  ['sam', 'Sam'],
  ['nadia', 'Nadia'],
  ['eunwoo', '은우'],
].map(([id = '', displayName = '']) => ({ id, displayName }));

/** So many people; when the names are used up they come again with a number. */
export function demoPeople(count: number): DemoPerson[] {
  return Array.from({ length: count }, (_, index) => {
    const { id, displayName } = DEMO_NAMES[index % DEMO_NAMES.length] ?? DEMO_PERSON;
    const round = Math.floor(index / DEMO_NAMES.length) + 1;
    return round === 1 ? { id, displayName } : { id: `${id}-${round}`, displayName: `${displayName} ${round}` };
  });
}
