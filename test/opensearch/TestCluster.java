import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/**
 * OpenSearch with several nodes in one process: `TestCluster FOLDER NODES`. Writes its ports into
 * the file `ready` and obeys lines on standard input: `stop N` stops the node with this number, from 0, and writes the file
 * `stopped`; the end of the input ends all. Files, because the nodes take standard output for their logs.
 */
public final class TestCluster {
  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    int nodes = Integer.parseInt(args[1]);
    OpenSearchRunner runner = new OpenSearchRunner();
    runner.onBuild(
        (number, settings) -> {
          settings.put("discovery.type", "zen");
          settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
        });
    runner.build(
        OpenSearchRunner.newConfigs()
            .basePath(folder.resolve("nodes").toString())
            .numOfNode(nodes)
            .clusterName("seclog-test-" + ProcessHandle.current().pid()));
    runner.ensureGreen();
    List<String> ports = new ArrayList<>();
    for (int index = 0; index < nodes; index++) {
      ports.add(runner.getNode(index).settings().get("http.port"));
    }
    say(folder, "ready", String.join(" ", ports));
    BufferedReader control =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = control.readLine(); line != null; line = control.readLine()) {
      runner.getNode(Integer.parseInt(line.substring("stop ".length()))).close();
      say(folder, "stopped", line);
    }
    runner.close();
    System.exit(0);
  }

  private static void say(Path folder, String name, String text) throws Exception {
    Path draft = Files.writeString(folder.resolve(name + ".draft"), text);
    Files.move(draft, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }
}
