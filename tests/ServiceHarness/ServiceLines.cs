using System.Text.RegularExpressions;

namespace EdgeOrleans.ServiceHarness;

/// <summary>The lines of one of a process's streams, as they come.</summary>
internal sealed class ServiceLines
{
    private readonly List<string> _lines = [];
    private TaskCompletionSource _more = NewSignal();

    public IReadOnlyList<string> Snapshot()
    {
        lock (_lines)
        {
            return [.. _lines];
        }
    }

    public async Task ReadAll(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_lines)
            {
                _lines.Add(line);
                _more.SetResult();
                _more = NewSignal();
            }
        }
    }

    /// <summary>The first line that matches, of those there and those to come; null when there is none in time.</summary>
    public async Task<Match?> First(Regex pattern, TimeSpan limit, Task end)
    {
        var deadline = Task.Delay(limit);
        for (var next = 0; ;)
        {
            Task more;
            lock (_lines)
            {
                for (; next < _lines.Count; next++)
                {
                    if (pattern.Match(_lines[next]) is { Success: true } match)
                    {
                        return match;
                    }
                }

                more = _more.Task;
            }

            if (await Task.WhenAny(more, end, deadline) != more)
            {
                lock (_lines)
                {
                    if (next == _lines.Count)
                    {
                        return null;
                    }
                }
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
