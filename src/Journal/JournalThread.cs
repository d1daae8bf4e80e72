namespace EdgeOrleans.Journal;

/// <summary>Drives a <see cref="FlashJournal"/> in production: one dedicated thread that pumps and sleeps until it is woken.</summary>
public sealed class JournalThread : IDisposable
{
    // How soon writing resumes after room was made on a full file system; a look at its free space costs microseconds.
    private static readonly TimeSpan RoomCheckInterval = TimeSpan.FromSeconds(1);

    private readonly FlashJournal _journal;
    private readonly Thread _thread;
    private readonly object _signal = new();
    private TaskCompletionSource? _round;
    private bool _woken;
    private bool _stopping;

    /// <summary>Starts the thread.</summary>
    public JournalThread(FlashJournal journal)
    {
        ArgumentNullException.ThrowIfNull(journal);
        _journal = journal;
        _journal.Woken = Wake;
        _thread = new Thread(Run) { Name = "journal", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Completes when the thread has come round once more, which takes it as long as the disk does: it lives and is stuck nowhere.</summary>
    public Task GoRound()
    {
        lock (_signal)
        {
            var round = _round ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _woken = true;
            Monitor.Pulse(_signal);
            return round.Task;
        }
    }

    /// <summary>Writes what is queued, then ends the thread. Closing the journal is its owner's part.</summary>
    public void Dispose()
    {
        lock (_signal)
        {
            _stopping = true;
            Monitor.Pulse(_signal);
        }

        _thread.Join();
        _journal.Woken = null;
    }

    private void Wake()
    {
        lock (_signal)
        {
            _woken = true;
            Monitor.Pulse(_signal);
        }
    }

    private void Run()
    {
        do
        {
            try
            {
                while (_journal.RunOnce())
                {
                    // Here too, because under steady load it never sleeps.
                    Interlocked.Exchange(ref _round, null)?.SetResult();
                }
            }
#pragma warning disable CA1031 // A fault of ours must end writing with a sentence, not the process without one.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                _journal.Fail($"The journal's writer has failed: {fault}");
            }
        }
        while (Sleep());
    }

    private bool Sleep()
    {
        lock (_signal)
        {
            Interlocked.Exchange(ref _round, null)?.SetResult();
            while (!_woken && !_stopping)
            {
                if (!_journal.WaitsForRoom)
                {
                    Monitor.Wait(_signal);
                }
                else if (!Monitor.Wait(_signal, RoomCheckInterval))
                {
                    break;
                }
            }

            _woken = false;
            return !_stopping;
        }
    }
}
