export function Legend() {
  return (
    <ul className="ledger-legend small" aria-label="Legend">
      <li>
        <span className="key cell cell-whole shade-1" /> <span className="key cell cell-whole shade-2" />{' '}
        <span className="key cell cell-whole shade-3" /> <span className="key cell cell-whole shade-4" /> stored, few to many
      </li>
      <li>
        <span className="key cell cell-whole shade-0" /> received, none stored
      </li>
      <li>
        <span className="key cell cell-whole shade-2 cell-quarantined" /> some quarantined
      </li>
      <li>
        <span className="key cell cell-missing" /> missing
      </li>
      <li>
        <span className="key cell cell-partial shade-2" /> some days missing
      </li>
      <li>
        <span className="key cell cell-outside" /> before or after the source
      </li>
    </ul>
  );
}
