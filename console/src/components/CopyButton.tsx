import { Button, IconButton } from '@mui/material';
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';

interface Props {
  text: string;
  /** What the button does, for its tooltip and for screen readers. */
  label: string;
  /** A full button with its label instead of an icon. */
  isButton?: boolean;
}

/** Copies a text and says so for two seconds. */
export function CopyButton({ text, label, isButton = false }: Props) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () => {
    void navigator.clipboard.writeText(text).then(() => setCopied(true));
  };
  const icon = isCopied ? <Check size={14} /> : <Copy size={14} />;
  if (isButton) {
    return (
      <Button startIcon={icon} onClick={copy} aria-live="polite">
        {isCopied ? 'Copied' : label}
      </Button>
    );
  }
  return (
    <IconButton onClick={copy} aria-label={isCopied ? 'Copied' : label} title={label} sx={{ p: 0.5 }}>
      {icon}
    </IconButton>
  );
}
