import { InputAdornment, TextField } from '@mui/material';
import { Search } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';

interface Props {
  label: string;
  value: string;
  /** Called a moment after the last key. */
  onChange: (value: string) => void;
}

const QUIET_MS = 250;

/** A search that asks the server once the typing pauses. */
export function SearchField({ label, value, onChange }: Props) {
  const [text, setText] = useState(value);
  const changed = useEffectEvent(onChange);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => changed(text), QUIET_MS);
    return () => clearTimeout(timer);
  }, [text, value]);
  return (
    <TextField
      type="search"
      placeholder={label}
      value={text}
      onChange={(event) => setText(event.target.value)}
      sx={{ maxWidth: 320, flex: '1 1 200px' }}
      slotProps={{
        htmlInput: { 'aria-label': label },
        input: {
          startAdornment: (
            <InputAdornment position="start" sx={{ mr: 0 }}>
              <Search size={15} aria-hidden />
            </InputAdornment>
          ),
        },
      }}
    />
  );
}
