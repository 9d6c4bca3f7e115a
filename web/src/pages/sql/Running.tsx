import { useEffect, useState } from 'react';

/** Seconds since the query began. */
export function Running() {
  const [begun] = useState(() => Date.now());
  const [now, setNow] = useState(begun);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className="small number" role="status">
      Running… <span aria-hidden="true">{Math.round((now - begun) / 1000)} s</span>
    </span>
  );
}
