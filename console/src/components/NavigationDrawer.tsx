import { Drawer } from '@mui/material';
import { Sidebar } from '@/components/Sidebar';

/** The navigation on phones; its code is loaded when it is first opened. */
export default function NavigationDrawer({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Drawer open={isOpen} onClose={onClose} slotProps={{ paper: { sx: { width: 264 } } }}>
      <Sidebar />
    </Drawer>
  );
}
