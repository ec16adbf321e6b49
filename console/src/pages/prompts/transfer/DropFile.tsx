import { Box, Button, Typography } from '@mui/material';
import { FileUp } from 'lucide-react';
import { useRef, useState, type DragEvent } from 'react';

interface Props {
  file: File | undefined;
  isDisabled: boolean;
  onFile: (file: File) => void;
}

/** A place to drop a file on; its button does the same for those who do not drag. */
export function DropFile({ file, isDisabled, onFile }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const over = (event: DragEvent, next: boolean) => {
    event.preventDefault();
    setOver(next && !isDisabled);
  };
  const drop = (event: DragEvent) => {
    over(event, false);
    const dropped = event.dataTransfer.files[0];
    if (dropped && !isDisabled) onFile(dropped);
  };
  return (
    <Box
      onDragOver={(event) => over(event, true)}
      onDragLeave={(event) => over(event, false)}
      onDrop={drop}
      sx={{
        border: '1.5px dashed',
        borderColor: isOver ? 'primary.main' : 'divider',
        bgcolor: isOver ? 'action.hover' : 'transparent',
        borderRadius: 2,
        px: 2,
        py: 3,
        display: 'grid',
        justifyItems: 'center',
        gap: 1,
        textAlign: 'center',
      }}
    >
      <FileUp size={20} strokeWidth={1.6} aria-hidden />
      <Typography sx={{ overflowWrap: 'anywhere' }}>
        {file ? <strong>{file.name}</strong> : 'Drop a file here, at most 15 MB'}
      </Typography>
      <Button disabled={isDisabled} onClick={() => input.current?.click()}>
        {file ? 'Choose another file' : 'Choose a file'}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="File to import"
        onChange={(event) => {
          const chosen = event.target.files?.[0];
          event.target.value = ''; // the same file, mended, can be chosen again
          if (chosen) onFile(chosen);
        }}
      />
    </Box>
  );
}
