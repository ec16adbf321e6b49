import { Box } from '@mui/material';
import { keyframes } from '@mui/material/styles';
import { useEffect, useRef, useState } from 'react';

const blink = keyframes`50% { opacity: 0; }`;
const ANNOUNCE_MS = 2500;

interface Props {
  label: string;
  text: string;
  isStreaming: boolean;
  maxHeight?: number;
  /** Read out nothing while it comes: for several at once, whose page says when they are there. */
  isQuiet?: boolean;
}

/**
 * A model's text as it comes, kept in sight at its end unless the reader has scrolled up.
 *
 * Screen readers hear whole sentences every few seconds from a second, hidden region: a live region that grows by
 * single tokens is read out as noise.
 */
export function StreamedText({ label, text, isStreaming, maxHeight = 360, isQuiet = false }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    if (isAtEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text]);
  const onScroll = () => {
    const { current } = box;
    if (current) isAtEnd.current = current.scrollHeight - current.scrollTop - current.clientHeight < 24;
  };
  return (
    <>
      <Box
        ref={box}
        role="region"
        aria-label={label}
        aria-busy={isStreaming}
        tabIndex={0}
        onScroll={onScroll}
        sx={{ maxHeight, overflow: 'auto', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', lineHeight: 1.65 }}
      >
        {text}
        {isStreaming && (
          <Box
            component="span"
            aria-hidden
            sx={{
              display: 'inline-block',
              width: '0.5em',
              height: '1.05em',
              ml: '1px',
              verticalAlign: 'text-bottom',
              bgcolor: 'primary.main',
              animation: `${blink} 1s steps(1) infinite`,
            }}
          />
        )}
      </Box>
      {!isQuiet && <Announcer text={text} isStreaming={isStreaming} />}
    </>
  );
}

function Announcer({ text, isStreaming }: { text: string; isStreaming: boolean }) {
  const [heard, setHeard] = useState('');
  const latest = useRef({ text, said: 0 });
  useEffect(() => {
    latest.current.text = text;
    if (text.length < latest.current.said) latest.current.said = 0; // a new answer
  }, [text]);
  useEffect(() => {
    const say = (isLast: boolean) => {
      const fresh = latest.current.text.slice(latest.current.said);
      const sentences = isLast ? fresh : (/^[\s\S]*[.!?\n]/.exec(fresh)?.[0] ?? '');
      if (sentences === '') return;
      latest.current.said += sentences.length;
      setHeard(sentences);
    };
    if (!isStreaming) {
      // What was there from the start is read like any text; only what came while it streamed is announced.
      if (latest.current.said > 0) say(true);
      return undefined;
    }
    const timer = setInterval(() => say(false), ANNOUNCE_MS);
    return () => clearInterval(timer);
  }, [isStreaming]);
  return (
    <Box
      aria-live="polite"
      sx={{
        position: 'absolute',
        width: 1,
        height: 1,
        overflow: 'hidden',
        clipPath: 'inset(50%)',
        maxWidth: '1px',
        maxHeight: '1px',
      }}
    >
      {heard}
    </Box>
  );
}
