using System.Runtime.InteropServices;

namespace EdgeOrleans.Grains.Time;

/// <summary>
/// Asks the Linux kernel, which time daemons (chrony, ntpd, systemd-timesyncd) tell when the clock is right,
/// and which forgets it when the clock is set by anyone else.
/// </summary>
/// <remarks>Where the kernel cannot be asked (another system, a sandbox that forbids it) the clock is believed: there is nothing better.</remarks>
public sealed partial class KernelClockSource : IClockSource
{
    // STA_UNSYNC of linux/timex.h.
    private const int Unsynchronised = 0x40;

    // struct timex is 208 bytes on 64-bit Linux and less on 32-bit; begins: modes, offset, freq, maxerror, esterror, status.
    // All but modes and status are of pointer size, so status follows five of them on both.
    private const int TimexBytes = 512;

    /// <inheritdoc/>
    public unsafe bool IsSynchronised
    {
        get
        {
            if (!OperatingSystem.IsLinux())
            {
                return true;
            }

            // All zero asks and sets nothing, which needs no privilege.
            Span<byte> timex = stackalloc byte[TimexBytes];
            timex.Clear();
            fixed (byte* address = timex)
            {
                return AdjTimeX(address) < 0 || (MemoryMarshal.Read<int>(timex[(5 * nint.Size)..]) & Unsynchronised) == 0;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static unsafe partial int AdjTimeX(byte* timex);
}
