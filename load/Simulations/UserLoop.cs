using System.Diagnostics;
using System.Threading.Channels;
using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Recording;
using EdgeOrleans.Load.Workloads;

namespace EdgeOrleans.Load.Simulations;

/// <summary>One user at work on one connection.</summary>
internal sealed class UserLoop(User user, HttpConnection connection)
{
    // While the service is away, a user that asks without a pause would only heat the machine.
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromMilliseconds(10);

    /// <summary>Closed loop until <paramref name="isOver"/>; latencies run from the sending.</summary>
    public async Task Keep(Func<bool> isOver, Measurement measurement)
    {
        while (!isOver())
        {
            var now = Stopwatch.GetTimestamp();
            if (!await Once(now, now, measurement))
            {
                await Task.Delay(PauseAfterFault);
            }
        }
    }

    /// <summary>Open loop: takes what is due; latencies run from then.</summary>
    public async Task Take(ChannelReader<long> due, long giveUpAt, Measurement measurement)
    {
        while (await due.WaitToReadAsync())
        {
            while (due.TryRead(out var at))
            {
                var now = Stopwatch.GetTimestamp();
                if (now > giveUpAt)
                {
                    measurement.Steps[0].Error(ErrorKind.NeverSent);
                    continue;
                }

                measurement.Lateness(Stopwatch.GetElapsedTime(at, now));
                await Once(at, now, measurement);
            }
        }
    }

    private async ValueTask<bool> Once(long since, long sentAt, Measurement measurement)
    {
        var request = user.Next();
        var step = measurement.Steps[request.Step];
        try
        {
            var answer = await connection.Exchange(request.Bytes);
            var latency = Stopwatch.GetElapsedTime(since);
            if (user.Judge(answer) is { } error)
            {
                step.Error(error);
            }
            else
            {
                step.Success(latency);
                measurement.Succeeded(sentAt);
            }

            return true;
        }
        catch (Exception fault) when (ErrorKind.Of(fault) is { } error)
        {
            step.Error(error);
            return false;
        }
    }
}
