namespace EdgeOrleans.Silo.Log;

/// <summary>
/// Lines on their way to standard output, which a thread of their own writes: a reader that is stuck or a card that is full costs lines
/// and holds up nobody who logs. Once the queue is full all is lost until what is in it is written; then a line says how much.
/// </summary>
/// <param name="output">Where the lines go.</param>
/// <param name="tellLost">The line that says how many were lost.</param>
internal sealed class LogQueue(TextWriter output, Func<long, string> tellLost)
{
    /// <summary>How many lines wait at most.</summary>
    public const int Room = 1024;

    // An output that fails would otherwise be tried without end.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Queue<string> _lines = new();
    private long _lost;
    private bool _writes;

    /// <summary>Begins to write.</summary>
    public void Start() => new Thread(Run) { Name = "log", IsBackground = true }.Start();

    /// <summary>Takes a line if there is room.</summary>
    public void Add(string line)
    {
        lock (_lines)
        {
            if (_lost > 0 || _lines.Count == Room)
            {
                _lost++;
                return;
            }

            _lines.Enqueue(line);
            Monitor.PulseAll(_lines);
        }
    }

    /// <summary>Waits until all is written, and no longer than a limit.</summary>
    public void Flush(TimeSpan limit)
    {
        var end = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        lock (_lines)
        {
            while ((_writes || _lost > 0 || _lines.Count > 0) && end - Environment.TickCount64 is > 0 and var left)
            {
                Monitor.Wait(_lines, (int)left);
            }
        }
    }

    private void Run()
    {
        while (true)
        {
            var (line, count) = Next();
            try
            {
                output.WriteLine(line);
            }
#pragma warning disable CA1031 // Whatever the output does, the service goes on.
            catch (Exception)
#pragma warning restore CA1031
            {
                Lose(count);
                Thread.Sleep(Pause);
            }
        }
    }

    /// <summary>The next line, and how many lines are lost when it cannot be written.</summary>
    private (string Line, long Count) Next()
    {
        lock (_lines)
        {
            _writes = false;
            Monitor.PulseAll(_lines);
            while (_lines.Count == 0 && _lost == 0)
            {
                Monitor.Wait(_lines);
            }

            _writes = true;
            if (_lines.TryDequeue(out var line))
            {
                return (line, 1);
            }

            var lost = _lost;
            _lost = 0;
            return (tellLost(lost), lost);
        }
    }

    private void Lose(long count)
    {
        lock (_lines)
        {
            _lost += count;
        }
    }
}
