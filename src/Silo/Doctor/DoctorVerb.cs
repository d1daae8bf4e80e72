using System.Runtime.InteropServices;
using EdgeOrleans.Journal;
using EdgeOrleans.Silo.Configuration;
using EdgeOrleans.Silo.Hosting;

namespace EdgeOrleans.Silo.Doctor;

/// <summary><c>edgeorleans doctor</c>: looks at the machine, measures the card that the data lies on, and says what to expect and what to set.</summary>
internal static class DoctorVerb
{
    /// <summary>Examines, prints the report, and leaves nothing behind, also when a signal ends it early.</summary>
    /// <returns><see cref="ExitCode.Stopped"/> when the service can be trusted with data here.</returns>
    /// <exception cref="StartFault">Another examination runs, or the system does not say where the directory lies.</exception>
    public static async Task<ExitCode> Run(ServiceOptions options)
    {
        using var interrupted = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        try
        {
            var examination = Examine(options, interrupted.Token);
            var findings = Diagnosis.Of(examination);
            await Console.Out.WriteLineAsync(DoctorReport.Write(examination, findings));
            return findings.Any(static finding => finding.IsUnfit) ? ExitCode.Unfit : ExitCode.Stopped;
        }
        catch (OperationCanceledException)
        {
            throw new StartFault(ExitCode.Fault, "Interrupted before all was measured; nothing is left behind.");
        }
        catch (IOException e)
        {
            throw new StartFault(ExitCode.DataUnusable, $"{OptionTable.DataPath.Name} is '{options.DataPath}', which cannot be looked at: {e.Message}");
        }

        void Cancel(PosixSignalContext context)
        {
            context.Cancel = true;
            interrupted.Cancel();
        }
    }

    private static Examination Examine(ServiceOptions options, CancellationToken ct)
    {
        var mount = Mount.Of(options.DataPath);
        var device = BlockDevice.Find(mount.DeviceNumber);
        var drive = new DriveInfo(mount.Point);
        var journal = DataSetup.JournalPath(options);
        var examination = new Examination
        {
            Options = options,
            Machine = Machine.Look(),
            Mount = mount,
            IsRootReadOnly = Mount.Of("/").IsReadOnly,
            IsServiceRunning = Readable(journal, FileDisk.IsInUse),
            TotalBytes = drive.TotalSize,
            FreeBytes = drive.AvailableFreeSpace,
            JournalBytes = Readable(journal, BytesOf),
            Device = device,
        };
        if (mount.IsReadOnly)
        {
            return examination;
        }

        // What the service keeps free for deletes stays free.
        var needed = CardProbe.Bytes + options.Journal.ReserveBytes;
        if (examination.FreeBytes < needed)
        {
            return examination with { CardFault = $"Nothing was measured: that takes {needed >> 20} MiB of free room ({OptionTable.JournalReserveBytes.Name} among it)." };
        }

        return Measure(examination, device, ct);
    }

    private static Examination Measure(Examination examination, BlockDevice? device, CancellationToken ct)
    {
        var path = examination.Options.DataPath;
        try
        {
            using var directory = new ProbeDirectory(path);
            return examination with { Card = new CardProbe(DataSetup.Slowed(directory.Disk, examination.Options), device, ct).Measure() };
        }
        catch (DataDirectoryInUseException)
        {
            throw new StartFault(ExitCode.DataInUse, $"{path} is being examined by another process.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return examination with { CardFault = $"{OptionTable.DataPath.Name} is '{path}', which cannot be used: {e.Message}" };
        }
    }

    /// <summary>What can be said of a directory that may be missing, or another user's.</summary>
    private static T? Readable<T>(string directory, Func<string, T> ask)
    {
        try
        {
            return Directory.Exists(directory) ? ask(directory) : default;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    private static long BytesOf(string directory) => new DirectoryInfo(directory).EnumerateFiles().Sum(static file => file.Length);
}
