import { useMutation } from '@tanstack/react-query';
import { post, studyPath } from '../../api/request.ts';
import type { AlertTexts } from '../../api/types.ts';
import { Button } from '../../components/Button.tsx';
import { Failure } from '../../components/Notice.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Time } from '../../components/Time.tsx';
import { markedParts } from './marked-parts.ts';

/** The words behind the scores: hidden until somebody opens them, and each opening is audited. */
export function Evidence({ study, id }: { study: string; id: string }) {
  const open = useMutation({ mutationFn: () => post<AlertTexts>(studyPath(study, 'alerts', id, 'open')), gcTime: 0 });
  return (
    <Panel title="Words" aside={open.isSuccess ? <HideButton onHide={() => open.reset()} /> : 'hidden'}>
      {open.isError ? <Failure error={open.error} /> : null}
      {open.isSuccess ? (
        <Texts texts={open.data} />
      ) : (
        <div className="row">
          <p>What the participant wrote may be distressing. Opening it is recorded in the audit with your name and the time.</p>
          <Button onClick={() => open.mutate()} disabled={open.isPending}>
            {open.isPending ? 'Opening…' : 'Open the words'}
          </Button>
        </div>
      )}
    </Panel>
  );
}

function HideButton({ onHide }: { onHide: () => void }) {
  return (
    <button type="button" className="link" onClick={onHide}>
      Hide again
    </button>
  );
}

function Texts({ texts }: { texts: AlertTexts }) {
  if (texts.posts.length === 0) return <p className="muted">There is no text behind these scores.</p>;
  return (
    <>
      {texts.posts.map((post) => (
        <article key={post.record} className="evidence">
          <p className="small muted">
            {post.kind} · <Time at={post.time} zone />
            {post.masked > 0 ? ` · ${post.masked} masked` : ''}
          </p>
          <p className="evidence-text">
            {markedParts(
              post.text,
              post.evidence.flatMap((one) => one.spans),
            ).map((part) => (part.marked ? <mark key={part.from}>{part.text}</mark> : <span key={part.from}>{part.text}</span>))}
          </p>
          <p className="small muted">
            {post.evidence.some((one) => one.spans.length > 0)
              ? 'Underlined: the words that weighed most in the score. They are a hint, not a reason.'
              : 'The model names no words for this score.'}
          </p>
        </article>
      ))}
      {texts.notes.length > 0 ? (
        <section>
          <h3>Notes</h3>
          {texts.notes.map((note) => (
            <p key={`${note.by} ${note.at}`} className="note">
              <span className="small muted">
                {note.by}, <Time at={note.at} zone />
              </span>
              <br />
              {note.note}
            </p>
          ))}
        </section>
      ) : null}
    </>
  );
}
