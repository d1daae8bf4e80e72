using System.Globalization;
using EdgeOrleans.Silo.Log;

namespace EdgeOrleans.Silo.Tests.Log;

/// <summary>What the log does with an output that is slow, stuck or broken.</summary>
public sealed class LogQueueTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly TestOutput _output = new();
    private readonly LogQueue _queue;

    public LogQueueTests()
    {
        _queue = new LogQueue(_output, static count => string.Create(CultureInfo.InvariantCulture, $"{count} lost"));
        _queue.Start();
    }

    public void Dispose() => _output.Dispose();

    [Fact]
    public void Lines_are_written_in_their_order()
    {
        _queue.Add("a");
        _queue.Add("b");
        _queue.Flush(Limit);
        Assert.Equal(["a", "b"], _output.Lines);
    }

    [Fact]
    public async Task Full_queue_loses_lines_and_says_how_many_where_they_are_missing()
    {
        _output.Open.Reset();
        _queue.Add("stuck");
        await _output.Entered.WaitAsync(Limit, TestContext.Current.CancellationToken);
        for (var i = 0; i < LogQueue.Room + 7; i++)
        {
            _queue.Add("more");
        }

        _output.Open.Set();
        _queue.Flush(Limit);
        _queue.Add("after");
        _queue.Flush(Limit);
        Assert.Equal(["stuck", .. Enumerable.Repeat("more", LogQueue.Room), "7 lost", "after"], _output.Lines);
    }

    [Fact]
    public async Task Flush_does_not_wait_for_an_output_that_is_stuck()
    {
        _output.Open.Reset();
        _queue.Add("stuck");
        await _output.Entered.WaitAsync(Limit, TestContext.Current.CancellationToken);
        _queue.Flush(TimeSpan.FromMilliseconds(50));
        Assert.Empty(_output.Lines);
        _output.Open.Set();
    }

    [Fact]
    public void Output_that_throws_costs_lines_and_is_tried_again()
    {
        _output.Faults = 2;
        _queue.Add("a");
        _queue.Flush(Limit);
        _queue.Add("b");
        _queue.Flush(Limit);
        Assert.Equal(["1 lost", "b"], _output.Lines);
    }

    private sealed class TestOutput : StringWriter
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Closed, it holds up whoever writes.</summary>
        public ManualResetEventSlim Open { get; } = new(true);

        /// <summary>Ends when the first line has come.</summary>
        public Task Entered => _entered.Task;

        /// <summary>How many lines it still refuses.</summary>
        public int Faults { get; set; }

        public List<string?> Lines { get; } = [];

        public override void WriteLine(string? value)
        {
            _entered.TrySetResult();
            Open.Wait();
            if (Faults > 0)
            {
                Faults--;
                throw new IOException("No space left on device");
            }

            Lines.Add(value);
        }
    }
}
